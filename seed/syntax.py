"""What is wrong with the form of a file, in the words of people who write records."""

import json
import re

from yaml import MarkedYAMLError

from seed.building import REPLACEMENT, Position
from seed.faults import Faults, Place

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BREAK = re.compile(r"\r\n?|\n")
UNPRINTABLE_IN_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""With the separators that the parser takes for line breaks, and editors do not."""
CONFLICT = re.compile(r"^(?:<<<<<<< |>>>>>>> |\|{7} |={7}\r?$)", re.MULTILINE)
CONFLICT_FOUND = "merge-conflict marker; expected one version of these lines"

QUOTE = "quote"
TAB = "a tab in the indentation; expected spaces"
NO_KEY = "text without a key; expected 'key: value', or the text indented further"
SYNTAX = (
    (QUOTE, "a quote that is never closed; expected the same quote at the end of the text"),
    ("tab", TAB),
    ("indentation space", TAB),
    ("directive", "text cannot begin with '%'; expected it in quotes"),
    ("unexpected end of stream", "a quote that is never closed; expected the same quote at the end of the text"),
    ("document indicator", "a quote that is never closed; expected the same quote at the end of the text"),
    ("mapping keys", "a '? ' out of place; expected the text in quotes"),
    ("mapping values", "a ':' out of place; expected the text in quotes, or the key in line with the others"),
    ("cannot start any token", "text cannot begin with {character}; expected it in quotes"),
    ("unexpected ':'", "a ':' in text inside [ ] or { }; expected the text in quotes"),
    ("block sequence entries", "a '- ' out of place; expected the list to begin on a line of its own"),
    ("',' or ']'", "a list that is not closed; expected ',' or ']'"),
    ("',' or '}'", "a mapping that is not closed; expected ',' or '}'"),
    ("could not find expected ':'", NO_KEY),
    ("expected key", "expected a key here, in line with its neighbours"),
    ("'-' indicator", "expected the next item of the list, '- ', in line with its neighbours"),
    ("<document start>", "text outside the list; expected only '- ' items in line with the first"),
    ("comment or line break", "text after '|' or '>'; expected it in the next line, indented"),
    ("alphabetic or numeric", "text cannot begin with '&' or '*'; expected it in quotes"),
    ("hexdecimal", "an escape without its digits; expected '\\\\' for a backslash, or the text in single quotes"),
    ("node content", "expected a value here"),
    ("escape", "an unknown escape after '\\'; expected '\\\\' for a backslash, or the text in single quotes"),
)
"""What the parser says, and what is said of it."""
NOTICED_LATE = ("unexpected end of stream", "could not find expected ':'")
"""Said of where the text begins, as is all that the parser only notices at the end of the file."""
NOT_CLOSED = ("',' or ']'", "',' or '}'")
"""Said of where the list or mapping begins, when it was to end in an earlier line."""
ITEM_WITHOUT_COLON = re.compile(r"\s*(?:- +)+(?=[^\s#\"'\[{&*!|>%@`])(?!.*:(?:\s|$))")
ITEM_WITHOUT_SPACE = re.compile(r"\s*(?=-[^\s-])")
ID_IN_YAML = re.compile(r"""(?:^\s*-? *|[{,] *)["']?id["']? *:? *["']?([\w-]{1,100})""", re.MULTILINE)
ID_IN_JSON = re.compile(r"""["']id["']?\s*:?\s*["']?([\w-]{1,100})""")
JSON_SYNTAX = (
    ("property name", "expected a key in double quotes"),
    ("':'", "expected ':' after the key"),
    ("','", "expected ',' or the end of what is open"),
    ("expecting value", "expected a value: text in double quotes, a number, true, false, null, '{' or '['"),
    ("extra data", "more than one value; expected one object a line"),
    ("unterminated", "a quote that is never closed; expected '\"' in the same line"),
    ("control character", "unprintable character in text; expected an escape such as \\t, or nothing"),
    ("escape", "an unknown escape after '\\'; expected '\\\\' for a backslash"),
)


def decode(raw: bytes, path: str, faults: Faults, line: int = 1) -> str | None:
    """The text of bytes that begin at `line`; where it is not UTF-8 the first bad byte is a fault.

    None where it is not text in any encoding akin to UTF-8.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = BREAK.split(raw[: error.start].decode())
        place = Place(path, line + len(before) - 1, len(before[-1]) + 1)
        faults.add(place, f"byte 0x{raw[error.start]:02x} is not UTF-8; expected a file saved as UTF-8")
        return None if b"\0" in raw else raw.decode(errors="replace")


def cleaned(text: str, path: str, faults: Faults) -> tuple[str, list[int]]:
    """The text without unprintable characters and with our side alone of a conflict, and the lines of its markers."""
    if not CONFLICT.search(text) and not UNPRINTABLE_IN_YAML.search(text):
        return text, []
    lines, side = BREAK.split(text), ""
    markers = []
    for index, line in enumerate(lines):
        if bad := UNPRINTABLE_IN_YAML.search(line):
            message = f"unprintable character U+{ord(bad[0]):04X}; expected it left out"
            faults.add(Place(path, index + 1, bad.start() + 1), message)
            in_indentation = not line[: bad.start()].strip(" ")
            lines[index] = UNPRINTABLE_IN_YAML.sub("" if in_indentation else REPLACEMENT, line)
        if CONFLICT.match(line):
            faults.add(Place(path, index + 1, 1), CONFLICT_FOUND)
            markers.append(index + 1)
            side = line[0] if side or line[0] == "<" else ""
        if CONFLICT.match(line) or side in ("=", "|"):
            lines[index] = ""
        side = side.replace(">", "")
    return "\n".join(lines), markers


def yaml_fault(error: MarkedYAMLError, text: str) -> tuple[Position, str]:
    """Where YAML went wrong, and what to say of it."""
    problem, mark, end = error.problem or "not YAML", error.problem_mark, len(text.rstrip())
    if (begun := error.context_mark) and (
        mark.index >= end
        or any(sign in problem for sign in NOTICED_LATE)
        or (mark.line > begun.line and any(sign in problem for sign in NOT_CLOSED))
    ):
        mark = begun
    if "mapping values" in problem and (of_above := _fault_of_line_above(text, mark.line)):
        return of_above
    at = mark.line + 1, mark.column + 1
    if mark.index >= end:
        lines = BREAK.split(text[:end])
        at = len(lines), len(lines[-1]) + 1
    character = text[mark.index : mark.index + 1]
    said = next((said for sign, said in SYNTAX if sign in problem), f"{problem}; expected YAML")
    if character == "\t":
        said = TAB
    elif character.isspace() and character not in " \r\n":
        said = f"a space of another kind, U+{ord(character):04X}; expected plain spaces"
    return at, said.replace("{character}", repr(character))


def _fault_of_line_above(text: str, line: int) -> tuple[Position, str] | None:
    """What is wrong with the last line above that says anything, if it begins an item and is to blame."""
    lines = [(number, one) for number, one in enumerate(BREAK.split(text)[:line], 1) if one.split("#")[0].strip()]
    number, above = lines[-1] if lines else (0, "")
    if found := ITEM_WITHOUT_COLON.match(above):
        return (number, found.end() + 1), NO_KEY
    if found := ITEM_WITHOUT_SPACE.match(above):
        return (number, found.end() + 1), "a '-' without a space; expected '- ' before each item of a list"
    return None


def ids_in_yaml(text: str) -> set[str]:
    """The ids that stand in a text that cannot be read as YAML."""
    return set(ID_IN_YAML.findall(text))


def ids_in_json(text: str) -> set[str]:
    """The ids that stand in a line that cannot be read as a record."""
    return set(ID_IN_JSON.findall(text))


def json_fault(error: json.JSONDecodeError) -> str:
    """What to say of JSON that went wrong."""
    if CONFLICT.match(error.doc):
        return CONFLICT_FOUND
    problem = error.msg.lower()
    return next((said for sign, said in JSON_SYNTAX if sign in problem), f"{problem}; expected JSON")
