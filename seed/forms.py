"""The forms of single values in the record: text, addresses, dates, times. Each says what was expected."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from app.instants import parse_instant
from app.parameters import ID_PATTERN
from app.problems import nearest
from seed.dates import EXPECTED, parse_date
from seed.patterns import ADDRESS, COARSE, DATE, LINE, PUBLISHED, TEXT, TIME, ZONE, date_as, text_as

ID = re.compile(ID_PATTERN)
SHA256_PATTERN = "^[0-9a-f]{64}$"
PROPERTY_PATTERN = "^[a-z][a-z0-9_]*([.][a-z0-9-]+[.][a-z0-9_]+)?$"
LANGUAGE_PATTERN = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
"""Of BCP 47: letters first; a question may name more than a record may have."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])")


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError("expected one line")
    return text


def _plain(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise ValueError("expected text without control characters")
    if not text.strip():
        raise ValueError("expected text, not only spaces")
    return text


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        names = (parts.hostname or "").removesuffix(".").split(".")
        _ = parts.port  # raises ValueError when it is no port
        if parts.scheme not in ("http", "https") or "" in names or re.search(r"[\s<>\"{}|\\^`]", text):
            raise ValueError
    except ValueError:
        raise ValueError("expected an address such as https://example.org/page") from None
    return text


def _edtf(text: str) -> str:
    parse_date(text)
    return text


def _year(value: Any) -> Any:
    """A year that YAML reads as a number."""
    return str(value) if type(value) is int and 1000 <= value <= 9999 else value  # noqa: PLR2004


def _published(text: str) -> str:
    if "T" in text:
        parse_instant(text)
        if not re.search(r"T\d\d:\d\d:\d\d(Z|[+-])", text):
            raise ValueError("expected an instant to the second, such as 2021-12-30T13:12:00-05:00")
    elif parse_date(text).precision not in ("day", "month", "year"):
        raise ValueError("expected a day, a month, a year, or an instant with its zone")
    return text


def _earliest(text: str) -> str:
    if "T" in text or parse_date(text).precision not in ("day", "month", "year"):
        raise ValueError("expected a day, a month or a year, since the source counts from its end")
    return text


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError("expected HH:MM and a zone, such as 15:30-05:00 or 08:00Z")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        guess = nearest(text, available_timezones())
        hint = f"; nearest: '{guess}'" if guess else ""
        raise ValueError(f"expected a time zone such as Europe/Kyiv{hint}") from None
    return text


Coded = Annotated[str, Field(max_length=100)]
"""A code in use: `check` looks it up in its list."""
Words = Annotated[
    str, Field(min_length=1, max_length=500), AfterValidator(_plain), text_as(TEXT, "a few words", longest=500)
]
Line = Annotated[
    str, Field(min_length=1, max_length=500), AfterValidator(_plain), AfterValidator(_one_line),
    text_as(LINE, "one line of text", longest=500),
]  # fmt: skip
Prose = Annotated[
    str, Field(min_length=1, max_length=20_000), AfterValidator(_plain), text_as(TEXT, "text", longest=20_000)
]
Address = Annotated[
    str, Field(max_length=2_000), AfterValidator(_plain), AfterValidator(_address),
    text_as(ADDRESS, "an address such as https://example.org/page", longest=2_000),
]  # fmt: skip
Date = Annotated[
    str, Field(max_length=100), BeforeValidator(_year), AfterValidator(_edtf),
    date_as(DATE, EXPECTED.removeprefix("expected "), "2021-12-27", "2021-12", "2021-11/2021-12", "[..2021-12-31]"),
]  # fmt: skip
Published = Annotated[
    str, Field(max_length=100), BeforeValidator(_year), AfterValidator(_published),
    date_as(
        PUBLISHED, "a day, a month, a year, or an instant to the second with its zone",
        "2021-12-30", "2021-12-30T13:12:00-05:00",
    ),
]  # fmt: skip
Earliest = Annotated[
    str, Field(max_length=100), BeforeValidator(_year), AfterValidator(_earliest),
    date_as(COARSE, "a day, a month or a year", "2021-12-30"),
]  # fmt: skip
Once = AfterValidator(lambda values: list(dict.fromkeys(values)))
"""A list in which an equal entry says nothing more, and is served once: bulk data repeats itself."""
Sha256 = Annotated[str, Field(pattern=SHA256_PATTERN)]
Number = Annotated[
    int | float, Field(ge=-(10**15), le=10**15, allow_inf_nan=False),
    WithJsonSchema({"type": "number", "minimum": -(10**15), "maximum": 10**15}),
]  # fmt: skip
Offset = Annotated[int, Field(ge=0, le=10**9)]
Time = Annotated[
    str,
    AfterValidator(_time),
    text_as(TIME, "HH:MM and a zone, such as 15:30-05:00 or 08:00Z", "15:30-05:00", "08:00Z"),
]
Zone = Annotated[str, AfterValidator(_zone), text_as(ZONE, "a time zone such as Europe/Kyiv", "Europe/Kyiv", "UTC")]
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
Property = Annotated[str, Field(pattern=PROPERTY_PATTERN, max_length=100)]
"""The name of a property; of a citation's, `citations`, its key and the name, with dots between."""
