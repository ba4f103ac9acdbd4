"""Where oEmbed describes one of our pages: for the link in its head by which a CMS finds it."""

from urllib.parse import urlencode

TYPE = "application/json+oembed"


def oembed_address(public_url: str, address: str) -> str | None:
    """Of a page by its whole address. None while no public address is set: no other site could show what it answers."""
    return f"{public_url}/oembed?{urlencode({'url': address, 'format': 'json'})}" if public_url else None
