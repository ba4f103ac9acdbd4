"""Codes and numbers in words, and how types are drawn."""

GROUPS = {
    "verbal-cooperation": ("agree", "consult", "support", "concede"),
    "material-cooperation": ("cooperate", "aid", "retreat"),
    "verbal-conflict": ("request", "accuse", "reject", "threaten"),
    "material-conflict": ("protest", "sanction", "mobilize", "coerce", "assault"),
    "statement": ("x-statement", "x-appeal", "x-assessment", "x-publication"),
}
"""PLOVER's classes of its types, and the public acts that it leaves out."""
OTHER = "other"
GROUP_NAMES = {
    "verbal-cooperation": "Verbal cooperation",
    "material-cooperation": "Material cooperation",
    "verbal-conflict": "Verbal conflict",
    "material-conflict": "Material conflict",
    "statement": "Statements",
}
DRAWN_MODALITIES = (
    "occurred", "ongoing", "planned", "proposed", "predicted", "threatened", "alleged", "denied", "cancelled",
)  # fmt: skip
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def tell_code(code: str) -> str:
    """`statement` of `x-statement`, `part of` of `part_of`."""
    return code.removeprefix("x-").replace("-", " ").replace("_", " ")


def type_class(code: str | None) -> str:
    """The class by which a type is coloured; a desk's own types are of none."""
    return next((group for group, codes in GROUPS.items() if code in codes), OTHER)


def class_order(group: str) -> int:
    """From accord to force, then what is only said."""
    return [*GROUPS, OTHER].index(group)


def type_order(code: str) -> tuple[int, str]:
    """From accord to force, then what is only said, then a desk's own types."""
    known = [one for codes in GROUPS.values() for one in codes]
    return (known.index(code) if code in known else len(known), code)


def glyph(modality: str | None) -> str:
    """The mark of a modality; a desk's own have a mark of their own."""
    return modality if modality in DRAWN_MODALITIES else "unknown"


def tell_count(count: int, noun: str) -> str:
    """`three sources`, `one origin`, `132 events`."""
    return f"{NUMBERS[count] if count < len(NUMBERS) else f'{count:,}'} {plural(noun, count)}"


def plural(noun: str, count: int) -> str:
    """`source` of one, `sources` of any other number."""
    return noun if count == 1 else f"{noun}s"
