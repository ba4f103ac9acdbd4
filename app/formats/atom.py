"""Atom (RFC 4287), a page of a feed by RFC 5005: an entry an event, the one that changed last first."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from app.formats.identity import feed_tag, tag
from app.formats.in_words import as_html, heading, links, rights, sections
from app.formats.shape import Answer, Event, Format
from app.formats.xml_characters import legal
from app.instants import show_microseconds

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"


def write(answer: Answer) -> Iterator[bytes]:
    events = list(answer.events)
    feed = Element("feed", xmlns=NAMESPACE)
    _tell(feed, "id", feed_tag(answer))
    _tell(feed, "title", heading(answer))
    _tell(feed, "updated", _changed_at(answer, events))
    _tell(feed, "rights", rights(answer))
    _tell(feed, "generator", "Dateline")
    _tell(SubElement(feed, "author"), "name", answer.attribution)
    for relation, address in {"self": answer.page, "first": answer.address, "next": answer.following}.items():
        if address:
            _link(feed, relation, address, MEDIA_TYPE)
    _link(feed, "alternate", answer.absolute("/"), "text/html")
    for event in events:
        _add_entry(feed, answer, event)
    yield tostring(feed, encoding="utf-8", xml_declaration=True) + b"\n"


def _changed_at(answer: Answer, events: list[Event]) -> str:
    """When the first of the events changed, which is the last that did; without any, when there were none."""
    return answer.published[events[0]["revision"]] if events else show_microseconds(answer.revision.published_at)


def _add_entry(feed: Element, answer: Answer, event: Event) -> None:
    entry, address = SubElement(feed, "entry"), event["links"]["canonical"]
    _tell(entry, "id", tag(answer, address))
    _tell(entry, "title", event["title"])
    _tell(entry, "updated", answer.published[event["revision"]])
    _tell(entry, "published", answer.first_published[event["id"]])
    _link(entry, "alternate", answer.absolute(address), "application/json")
    for source, title in links(event).items():
        SubElement(entry, "link", rel="via", href=legal(source), title=legal(title))
    for term in dict.fromkeys(one for one in (event.get("type"), event.get("modality"), *event["tags"]) if one):
        SubElement(entry, "category", term=legal(term))
    content = _tell(entry, "content", as_html(sections(event)))
    content.set("type", "html")


def _tell(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = legal(text)
    return element


def _link(parent: Element, relation: str, address: str, media_type: str) -> None:
    SubElement(parent, "link", rel=relation, href=legal(address), type=media_type)


FORMAT = Format(
    suffix=".atom",
    media_type=MEDIA_TYPE,
    summary="List events as an Atom feed",
    description="For feed readers: the event that changed last first, dated by the revision that changed it, so that a "
    "correction shows as an update. The content has the citations, with stance and link, and rival claims. The next "
    "page is the link `next` (RFC 5005).",
    write=write,
    newest_change_first=True,
)
