"""The Earth as a sphere."""

import math

EARTH_RADIUS_KM = 6371.0088
"""Its mean radius (IUGG)."""
FARTHEST_KM = 20_038


def unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """A point on the unit sphere, from degrees: so that distance is plain arithmetic in any database."""
    phi, lam = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)
