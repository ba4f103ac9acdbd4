"""Made-up records in which sources disagree, correct one another and come from one another.

What `tests/generator.py` makes stays as it is but for the times and the lineage of sources; claims, earlier words,
corrections and events that were withdrawn or merged are added. The same number makes the same of the same record.
"""

import copy
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.days import LAST, counts, is_day
from tests.generator import FIELDS, FIRST_DAY, ROLES, TAGS, WORDS, Line, Record
from tests.lineage import by_id, roots
from tests.notation import LISTS, flow, same

RANKS = ("preferred", "normal", "normal", None, "deprecated", "deprecated")
BONDS = (None, None, "contradicts", "corrects", "refines", "garbles", "denies")
HOWS = ("reprints", "reprints", "paraphrases", "summarises", "cites")
TYPES = ("mobilize", "consult", "x-statement", "assault", "aid")
MODALITIES = ("occurred", "planned", "alleged", "denied", "cancelled")
EARLIER = ("title", "summary", "date", "date_basis", "start_time", "type", "modality", "locations", "quantities",
           "tags", "actors")  # fmt: skip
DATES = ("{day}", "{day}", "{day}", "{day}~", "{month}", "{day}/{later}", "[{day}..{later}]", "{day}/..", "../{day}")


def contest(record: Record, seed: int) -> Record:
    """A copy of a record, contested."""
    desk = _Desk(copy.deepcopy(record), random.Random(seed))
    desk.align()
    desk.derive()
    for event in desk.record["event"]:
        desk.contest(event)
    desk.retract()
    return desk.record


class _Desk:
    def __init__(self, record: Record, chance: random.Random) -> None:
        self.record = record
        self.chance = chance

    def align(self) -> None:
        """Some sources begin to count in the same second as another, or in the one beside it."""
        known = counts(self.record)
        moments = [at for at in known.values() if at != LAST]
        for source in self.record["source"] if moments else ():
            if self.chance.random() < 0.3:
                at = self.chance.choice(moments) + self.chance.choice((-1, 0, 0, 1))
                for name in ("updated", "published_not_before"):
                    source.pop(name, None)
                source["published"] = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def derive(self) -> None:
        """Chains of any depth; no source derives from one that counts later."""
        known = counts(self.record)
        made: list[str] = []
        for source in sorted(self.record["source"], key=lambda one: known[one["id"]]):
            source.pop("derived_from", None)
            if links := self._links(made):
                source["derived_from"] = links
            made.append(source["id"])

    def _links(self, made: list[str]) -> list[Line]:
        near = [*made[-3:], *made[:1]]
        wanted = self.chance.choice((0, 0, 1, 1, 2)) if near else 0
        links: list[Line] = [{"source": one} for one in dict.fromkeys(self.chance.choices(near or [""], k=wanted))]
        links += [{"publisher": self._id("publisher")}] if self.chance.random() < 0.1 else []
        return [link | {"how": self.chance.choice(HOWS)} for link in links]

    def contest(self, event: Line) -> None:
        """Only fields that the event has are supported; what is claimed is at times one that it lacks."""
        citations = event.setdefault("citations", [])
        citations += [self._citation(event, n) for n in range(self.chance.choice((0, 0, 1, 2)))]
        for citation in citations:
            self._attribute(citation)
        if "date" in event and self.chance.random() < 0.5:
            event["date_basis"] = f"as told {self.chance.randrange(9)}"
        claims = self._claims(event) if citations else []
        earlier = [self._earlier(event, one) for one in self._sources()]
        corrections = [self._correction() for _ in range(self.chance.choice((0, 0, 0, 1, 2)))]
        for name, value in (("claims", claims), ("earlier", earlier), ("corrections", corrections)):
            if value or (name == "earlier" and self.chance.random() < 0.1):
                event[name] = value

    def _citation(self, event: Line, number: int) -> Line:
        held = [name for name in FIELDS if event.get(name)]
        return {
            "key": f"more-{number}",
            "source": self._id("source"),
            "origin": self._id("publisher"),
            "stance": self.chance.choice(("supports", "corrects", "corrects", "disputes")),
            "supports": self.chance.sample(held, min(len(held), self.chance.randint(1, 4))),
        }

    def _attribute(self, citation: Line) -> None:
        """No origin of its own, at times, where the lineage tells one."""
        found = roots(by_id(self.record), citation["source"])
        if len(found) == 1 and None not in found and self.chance.random() < 0.6:
            del citation["origin"]

    def _claims(self, event: Line) -> list[Line]:
        claims: list[Line] = []
        keys = [one["key"] for one in event["citations"]]
        for _ in range(self.chance.choice((0, 0, 1, 2, 3, 5))):
            field = self.chance.choice(FIELDS)
            value = self.value(field)
            taken = [one["value"] for one in claims if one["field"] == field] + [event.get(field, [])]
            if not any(same(field, value, one) for one in taken):
                claims.append(self._claim(field, value, self.chance.sample(keys, min(len(keys), self._few()))))
        return claims

    def _claim(self, field: str, value: Any, keys: list[str]) -> Line:
        claim = {
            "field": field,
            "value": self._written(value) if field in LISTS else value,
            "rank": self.chance.choice(RANKS),
            "citations": keys,
            "relation": self.chance.choice(BONDS),
            "note": self._perhaps(f"why {self.chance.randrange(99)}"),
        }
        return {key: value for key, value in claim.items() if value is not None}

    def _written(self, entries: list[Any]) -> Any:
        forms = [entries, flow(entries), *(entries if len(entries) == 1 else ())]
        return self.chance.choice(forms)

    def value(self, field: str) -> Any:
        """A value that an event may hold."""
        match field:
            case "date":
                return self._date()
            case "start_time":
                return f"{self.chance.randrange(24):02}:{self.chance.choice((0, 30)):02}Z"
            case "type":
                return self.chance.choice(TYPES)
            case "modality":
                return self.chance.choice(MODALITIES)
            case "locations":
                return sorted({self._id("location") for _ in range(self._few())})
            case "actors":
                actors = sorted({self._id("actor") for _ in range(self._few())})
                return [{"actor": one, "role": self.chance.choice(ROLES)} for one in actors]
            case "quantities":
                return [{"measure": "troops", "low": self.chance.randrange(9), "high": 10}]
            case "tags":
                return self.chance.sample(TAGS, 2)
        return f"{' '.join(self.chance.choices(WORDS, k=3))} {self.chance.randrange(99)} {field}"

    def _date(self) -> str:
        day = FIRST_DAY + timedelta(days=self.chance.randrange(40))
        later = day + timedelta(days=self.chance.choice((2, 20, 40)))
        return self.chance.choice(DATES).format(day=day, later=later, month=f"{day:%Y-%m}")

    def _earlier(self, event: Line, source: str) -> Line:
        """Of a time of day only where the date that stands beside it is a day."""
        told = self.chance.sample(EARLIER, self.chance.choice((1, 2, 4)))
        entry = {"before": source} | {name: self.value(name) for name in told}
        if not is_day(entry.get("date", event.get("date"))):
            entry.pop("start_time", None)
        if "date" not in {*entry, *event}:
            entry.pop("date_basis", None)
        return entry if len(entry) > 1 else entry | {"title": self.value("title")}

    def _correction(self) -> Line:
        about = {"source": self._id("source")} if self.chance.random() < 0.6 else {}
        when = FIRST_DAY + timedelta(days=self.chance.randrange(99))
        return {"what": f"the date {self.chance.randrange(9)}", "when": str(when), "why": "misread"} | about

    def retract(self) -> None:
        """Events that are not published: some merged, into any other and at times into one another, some withdrawn."""
        events = self.record["event"]
        into: dict[str, str] = {}
        for event in events:
            other = self.chance.choice(events)["id"]
            lot = self.chance.random()
            if lot < 0.08 and event["id"] not in _chain(into, other):
                into[event["id"]] = event["merged_into"] = other
                event.update(self._perhaps({"reason": "told twice"}) or {})
            elif lot < 0.16:
                event.update(status="withdrawn", reason="it did not happen")
            elif lot < 0.2:
                event["status"] = "published"

    def _id(self, kind: str) -> str:
        """One of the records of a kind; the first of them more often than the last."""
        lines = self.record[kind]
        return str(lines[int(len(lines) * self.chance.random() ** 1.5)]["id"])

    def _sources(self) -> list[str]:
        return list(dict.fromkeys(self._id("source") for _ in range(self.chance.choice((0, 0, 1, 2, 3)))))

    def _few(self) -> int:
        return self.chance.choice((1, 1, 2))

    def _perhaps(self, value: Any) -> Any:
        return value if self.chance.random() < 0.5 else None


def _chain(into: dict[str, str], start: str) -> list[str]:
    """An event and those that it was merged into, one after the other."""
    chain = [start]
    while chain[-1] in into:
        chain.append(into[chain[-1]])
    return chain
