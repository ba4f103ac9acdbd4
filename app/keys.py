"""An event's key: an integer that sorts by date, and depends on nothing but the event's date, time and id.

From the left: the start day as a proleptic Gregorian ordinal (22 bits; the end day where the start is open, 0 when
undated), one more than the quarter-hour of `start_time` as stated (7 bits, 0 when absent), and 34 bits of a hash
of the id.
"""

import hashlib

HASH_BITS = 34
QUARTER_BITS = 7
UNDATED = 0
LONG_DAYS = 31
"""An event that spans more days than this is long: the others start within so many days of their end."""
FORESEEN_DAYS = 31
"""An event that was cited more days than this before it began was foreseen."""
OPEN_END = 4_000_000
"""The end day of what has an open end: after every day."""


def first_key(day: int) -> int:
    """The least key of a day."""
    return day << QUARTER_BITS + HASH_BITS


def event_key(day: int, start_time: str | None, event_id: str) -> int:
    quarter = 1 + int(start_time[:2]) * 4 + int(start_time[3:5]) // 15 if start_time else 0
    digest = hashlib.sha256(event_id.encode()).digest()
    return first_key(day) | quarter << HASH_BITS | int.from_bytes(digest[:8]) >> 64 - HASH_BITS
