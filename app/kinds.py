"""The kinds of terms. A term's number says its kind in its high bits: the terms of one kind stand side by side."""

TERM_KINDS = (
    "event", "actor", "actor-role", "role", "location", "place", "source", "publisher", "type", "modality", "tag",
    "part-of", "word", "month", "reported", "long",
    "actor-word", "actor-type", "actor-country", "actor-member-of",
    "location-word", "location-type", "location-country", "location-parent", "location-within", "precision",
    "publisher-word", "publisher-country", "ownership",
    "source-word", "source-publisher", "source-kind", "source-language", "lineage",
    "citation-event", "citation-source", "citation-publisher", "citation-speaker", "stance", "verification",
    "country", "measure", "relation", "date-precision", "citation-origin",
    "origin", "min-origins", "disputed", "quality", "source-origin", "source-derived-from",
    "rank", "claim-relation", "action", "foreseen",
)  # fmt: skip
"""What terms are: only ever added to at the end, since a term's number says its kind."""

KIND_BITS = 40


def kind_range(kind: str) -> tuple[int, int]:
    """The least and the largest number that a term of a kind can have."""
    first = TERM_KINDS.index(kind) + 1 << KIND_BITS
    return first, first + (1 << KIND_BITS) - 1


def whole(kind: str) -> int:
    """The number that stands for all terms of a kind: no term has it."""
    return kind_range(kind)[0]


def kind_of(term: int) -> str:
    """The kind that a term's number says."""
    return TERM_KINDS[(term >> KIND_BITS) - 1]


FACET_KINDS = ("actor", "type", "modality", "location", "publisher", "month")
TALLIED_KINDS = (*FACET_KINDS, "quality")
"""Terms by which everything is counted: those of the facets, and of the desk's report."""

ENTRY_KINDS = {
    "actor": ("actor", "actor-word", "actor-type", "actor-country", "actor-member-of"),
    "location": (
        "location", "location-word", "location-type", "location-country", "location-parent", "location-within"
    ),
    "publisher": ("publisher", "publisher-word", "publisher-country", "ownership"),
    "source": (
        "source", "source-word", "source-publisher", "source-kind", "source-language", "source-origin",
        "source-derived-from", "quality",
    ),
    "citation": (
        "citation-event", "citation-source", "citation-publisher", "citation-origin", "citation-speaker", "stance",
        "verification",
    ),
}  # fmt: skip
"""Which terms each table's entries are of: an actor and a publisher may have one id, and then no term in common."""
