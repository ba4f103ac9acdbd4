"""Whose reporting a source carries, and what it was made from."""

from collections.abc import Iterator

from tests.generator import Line, Record

Sources = dict[str, Line]


def by_id(record: Record) -> Sources:
    return {line["id"]: line for line in record["source"]}


def roots(sources: Sources, start: str) -> set[str | None]:
    """The publishers at the root of a source's lineage, of which `cites` is no link; none is one that is not known."""
    links = [link for link in sources[start].get("derived_from", []) if link["how"] != "cites"]
    if not links:
        return {sources[start].get("publisher")}
    found: set[str | None] = {link["publisher"] for link in links if "publisher" in link}
    return found.union(*(roots(sources, link["source"]) for link in links if "source" in link))


def origin(sources: Sources, citation: Line) -> str | None:
    """Whose reporting a citation carries: what it states, else the one root of its source's lineage."""
    if "origin" in citation:
        return str(citation["origin"])
    found = roots(sources, citation["source"])
    assert len(found) == 1, f"{citation['source']} has several roots, and {citation['key']} states no origin"
    return found.pop()


def bases(sources: Sources, start: str) -> set[str]:
    """The sources that one derives from, at any depth; `cites` is a last link and leads no further."""
    return set(_bases(sources, start))


def _bases(sources: Sources, start: str) -> Iterator[str]:
    for link in sources[start].get("derived_from", []):
        if "source" in link:
            yield link["source"]
            yield from _bases(sources, link["source"]) if link["how"] != "cites" else ()
