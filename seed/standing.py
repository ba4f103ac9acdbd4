"""Which events a load need not render again: they, and all that they show, are as the newest revision has them."""

import hashlib
import unicodedata
from functools import cache
from pathlib import Path

import pydantic

from seed.causes import Key
from seed.collection import Collection

ROOT = Path(__file__).parent.parent


@cache
def rendering() -> str:
    """What renders documents: of another version of the code, nothing stands."""
    digest = hashlib.sha256(f"{pydantic.VERSION} {unicodedata.unidata_version}".encode())
    for path in sorted((*ROOT.glob("app/*.py"), *ROOT.glob("seed/*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Standing:
    """Tells it of the events of one collection, from what was edited since the newest revision.

    When a record that is no event was edited, everything is rendered: most events show a few.
    """

    def __init__(self, collection: Collection, edited: set[Key], changed: set[Key], *, is_same_code: bool) -> None:
        self.collection = collection
        self.edited = edited
        self.none = not is_same_code or any(kind != "event" for kind, _ in changed)

    def __contains__(self, event_id: str) -> bool:
        if self.none or ("event", event_id) in self.edited:
            return False
        is_related = self.edited and b'"relations":' in self.collection.written("event", event_id)
        return not (is_related and self._shows_edited(event_id))

    def _shows_edited(self, event_id: str) -> bool:
        """Of another event its title, and when it is first supported; of a merged one, those of the other.

        What is not published shows nothing, and may name what has left the files.
        """
        event = self.collection.event[event_id]
        waiting = [one.event for one in event.relations] if event.is_published else []
        for one in waiting:
            if ("event", one) in self.edited:
                return True
            if target := self.collection.event[one].merged_into:
                waiting.append(target)
        return False
