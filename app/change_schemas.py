"""The answers about changes: what each revision changed, and every version of an event."""

from typing import Any

from pydantic import Field

from app.event_schemas import EventPublic
from app.schemas import (
    ActorPublic,
    Count,
    Id,
    Instant,
    LocationPublic,
    Public,
    PublisherPublic,
    SourcePublic,
    VocabularyPublic,
    code_of,
)


class FieldChange(Public):
    """One property that an update changed."""

    field: str = Field(description="A property of the document.")
    old: Any = Field(None, description="Its value before; absent when it had none.")
    new: Any = Field(None, description="Its value since; absent when it has none.")


class Changed(Public):
    """One change of one record in one revision."""

    revision: Count = Field(description="The revision that made it.")
    kind: str = Field(description="`event`, `actor`, `location`, `source`, `publisher` or `vocabulary`.")
    id: Id
    action: str = Field(description=code_of("action"))
    cause: str = Field(
        description="`record` when the record itself was edited; else the edited records that it shows, as "
        "`actor/us-air-force`; `reinstatement`, `removal`, `redaction` or `rendering`."
    )
    reason: str | None = Field(None, description="The curator's.")
    merged_into: str | None = Field(None, description="The id of the event that it was merged into.")
    changes: list[FieldChange] = Field(description="Of an update: the properties that differ, in the current state.")

    def served_with(self, document: bytes | None) -> bytes:
        """The JSON served, with the whole document that the change left, when it left one."""
        told = self.served()
        return told if document is None else b'%b,"document":%b}' % (told[:-1], document)


class UnknownDocument(Public):
    """A record of a kind that was added later: a client that knows no better reads its changes all the same."""

    id: Id


AnyDocument = (
    EventPublic | ActorPublic | LocationPublic | SourcePublic | PublisherPublic | VocabularyPublic | UnknownDocument
)
"""A record of any kind. A client that takes the first that fits takes the right one: the stricter come first."""


class ChangePublic(Changed):
    """One change of one record of any kind in one revision."""

    document: AnyDocument | None = Field(
        None, description="The record since, of the kind that `kind` says; absent when it is gone."
    )


class VersionPublic(Changed):
    """One version of an event, and the change that made it."""

    published_at: Instant = Field(description="When its revision was published, in UTC.")
    document: EventPublic | None = Field(None, description="The event since; absent when it is gone.")
