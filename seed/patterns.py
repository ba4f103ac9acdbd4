"""The forms of single values as regular expressions, for editors: what `seed/forms.py` accepts, as far as they tell it.

Python and ECMAScript read them alike. Which of two dates is the earlier, how long a month is and which time zones there
are, no pattern tells.
"""

from typing import Any

from pydantic import WithJsonSchema

_YEAR = "(?!0000)[0-9]{4}"
_MONTH = "(0[1-9]|1[0-2])"
_DAY = "(0[1-9]|[12][0-9]|3[01])"
_CALENDAR = rf"{_YEAR}(-{_MONTH}(-{_DAY})?)?[?~%]?|{_YEAR}-XX(-XX)?|{_YEAR}-{_MONTH}-XX"
"""A year, a month or a day."""
_SIMPLE = rf"({_CALENDAR}|{_YEAR}-2[1-4]|(?!000)[0-9]{{3}}X|(?!00)[0-9]{{2}}XX)"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_OFFSET = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_BREAK = r"\n\r\u2028\u2029"

LINE = rf"^[^{_BREAK}]*[^\s][^{_BREAK}]*(\r\n|[{_BREAK}])?$"
TEXT = r"[^\s]"
ADDRESS = r'^[Hh][Tt][Tt][Pp][Ss]?://[^\s<>"{}|\\^`/?#:.][^\s<>"{}|\\^`]*$'
DATE = (
    rf"^(XXXX|{_SIMPLE}|{_SIMPLE}/({_SIMPLE}|\.\.)?|(\.\.)?/{_SIMPLE}"
    rf"|\[({_SIMPLE}\.\.({_SIMPLE})?|\.\.{_SIMPLE})\])$"
)
COARSE = rf"^({_CALENDAR})$"
PUBLISHED = rf"^({_CALENDAR}|{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}:[0-5][0-9]{_OFFSET})$"
TIME = rf"^{_CLOCK}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
ZONE = "^[A-Za-z][A-Za-z0-9_+/-]*$"


def text_as(pattern: str, expected: str, *examples: str, longest: int | None = None) -> WithJsonSchema:
    """How an editor is told of a text in some form."""
    return WithJsonSchema(_told("string", pattern, expected, examples, longest))


def date_as(pattern: str, expected: str, *examples: str) -> WithJsonSchema:
    """Likewise of a date; a year may be a number."""
    told = _told(["string", "integer"], pattern, expected, examples, 100)
    return WithJsonSchema(told | {"minimum": 1000, "maximum": 9999})


def _told(
    kind: str | list[str], pattern: str, expected: str, examples: tuple[str, ...], longest: int | None
) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "pattern": pattern, "patternErrorMessage": f"expected {expected}"}
    return told | ({"maxLength": longest} if longest else {}) | ({"examples": list(examples)} if examples else {})
