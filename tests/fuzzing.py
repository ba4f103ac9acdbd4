"""What schemathesis is told of this service, in its own process: which refusals no schema can spare anybody."""

import re
from typing import Any

import schemathesis

BEYOND_SCHEMAS = re.compile(
    r"expected (?:"
    r"a known |"  # ids and codes are data
    r"a (?:day|time) at or after |south before north|near and radius_km together|"  # two values that disagree
    r"a cursor |"
    r"a revision from |a time at or after the first revision|"
    r'every " to be closed|at least one word|at most 20 words|'
    r"a day such as |an instant such as "  # the 30th of February
    r")"
)


@schemathesis.check
def refused_for_what_no_schema_says(_context: Any, response: Any, case: Any) -> None:
    """Of valid data. Schemathesis would have none refused, and takes any text of the right form for a known id."""
    if response.status_code == 400 and case.meta is not None and case.meta.generation.mode.is_positive:
        details = [error["detail"] for error in response.json()["errors"]]
        assert all(BEYOND_SCHEMAS.match(detail) for detail in details), f"{response.request.url}: {details}"
