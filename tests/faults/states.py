"""States of one record, in which everything says the number of its state: a mix shows in a single answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.invented import Line, event_line, reference_lines

EVENTS = 40
SAYING = re.compile(r"State[ +]0*(\d+)\b|state-0*(\d+)\b")


def lines(number: int, events: int = EVENTS) -> Iterator[Line]:
    """Everything but ids and dates changes from one state to the next."""
    saying = {"publisher": "name", "source": "title", "actor": "name", "location": "name"}
    for line in reference_lines():
        yield line | {(name := saying[line["kind"]]): f"State {number}, {line[name]}"}
    for n in range(events):
        title = f"State {number}, talks {n}"
        yield event_line(n, title=title, summary=f"In state-{number} they talk.", tags=["fishing", f"state-{number}"])


def write(folder: Path, number: int, events: int = EVENTS) -> Path:
    """The file of a state."""
    path = folder / f"state-{number}.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines(number, events)))
    return path


def told(text: str) -> set[int]:
    """The states that an answer speaks of."""
    return {int(one or other) for one, other in SAYING.findall(text)}
