"""Sources and their lineage, as nodes of linked data; see `app.formats.linked.context`."""

import re
from typing import Any

from app.formats.linked.references import Node, held, named, role
from app.formats.shape import Answer, Source

SOURCE_TYPES = {"article": "NewsArticle", "report": "Report", "post": "SocialMediaPosting", "data": "Dataset"}
"""What schema.org calls the kinds of sources; the others are creative works."""
NOT_BUILT_FROM = "cites"
"""What a source only refers to is no link of its lineage."""
_EXACT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?")


def source_node(answer: Answer, source: Source) -> Node:
    kind, links = source.get("kind"), source["derived_from"]
    names = ("published_edtf", "updated_edtf", "published_not_before", "available_at", "timing", "text_sha256")
    return held(
        {
            "@id": answer.absolute(f"/v1/sources/{source['id']}"),
            "@type": SOURCE_TYPES.get(kind or "", "CreativeWork"),
            "identifier": source["id"],
            "name": source["title"],
            "additionalType": kind,
            "url": source.get("url"),
            "archivedAt": source.get("archive_url"),
            "publisher": named(answer, "publishers", source["publisher"], "Organization")
            if "publisher" in source
            else None,
            "author": [{"name": one} for one in source["authors"]],
            "inLanguage": source.get("language"),
            "datePublished": _exact(source.get("published_edtf")),
            "dateModified": _exact(source.get("updated_edtf")),
            **{name: source.get(name) for name in (*names, "text_length", "paraphrase", "note", "redacted")},
            "isBasedOn": [_other(answer, source, one) for one in links if one["how"] != NOT_BUILT_FROM],
            "citation": [_other(answer, source, one) for one in links if one["how"] == NOT_BUILT_FROM],
            "derived_from": [role("derived_from", one["how"], _referred(answer, source, one)) for one in links],
            "origin": [named(answer, "publishers", one, "Organization") for one in source["origins"]],
            "correction": source["corrections"],
        }
    )


def _exact(edtf: str | None) -> str | None:
    """A day, or an instant; what is less is told in EDTF alone."""
    return edtf if edtf and _EXACT.fullmatch(edtf) else None


def _other(answer: Answer, source: Source, link: dict[str, Any]) -> Node:
    """What it builds on: a source, or an item of a publisher that is not known."""
    referred = _referred(answer, source, link)
    if "source" in link:
        return referred | {"@type": "CreativeWork", "name": link["source"]["title"]}
    publisher = named(answer, "publishers", link["publisher"], "Organization")
    return referred | {"@type": "CreativeWork", "publisher": publisher}


def _referred(answer: Answer, source: Source, link: dict[str, Any]) -> Node:
    if "source" in link:
        return {"@id": answer.absolute(f"/v1/sources/{link['source']['id']}")}
    return {"@id": f"_:{source['id']}.{link['publisher']['id']}"}
