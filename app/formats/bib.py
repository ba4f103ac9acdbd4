r"""BibTeX, with biblatex's dates: an entry a source.

Braces of the text are commands, since BibTeX counts every brace, and one behind a backslash too. Names are whole, in
braces: the record does not say which part is the family's, and an outlet may sign as well as a person.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.formats.shape import Answer, Format
from app.formats.works import Work, fold, notes, works

LATEX = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "^": r"{\textasciicircum}",
        "~": r"{\textasciitilde}",
        **{one: f"\\{one}" for one in "$&#_%"},
    }
)
"""What LaTeX reads as a command; other characters stand as they are, in UTF-8."""
VERBATIM = str.maketrans({one: f"%{ord(one):02X}" for one in "{}\\ "})
"""What an address that is read as it stands may not have."""


def write(answer: Answer) -> Iterator[bytes]:
    """What stands between entries is a comment, as long as it has no @."""
    told = {"Revision": answer.revision.number, "Address": answer.page, "Next": answer.following}
    head = [answer.title, f"{answer.attribution}, {answer.license}"]
    head += [f"{name}: {value}" for name, value in told.items() if value is not None]
    yield "".join(f"% {fold(line).replace('@', ' at ')}\n" for line in head).encode()
    for work in works(answer):
        yield f"\n{_entry(answer, work)}".encode()


def _entry(answer: Answer, work: Work) -> str:
    """`organization` is the publisher of a page in biblatex; with `publisher` too, Pandoc prints it twice."""
    source = work.source
    day = "-".join(work.published)
    fields = {
        "title": f"{{{_text(source['title'])}}}",
        "author": " and ".join(f"{{{_text(one)}}}" for one in source["authors"]),
        "organization": _text(work.publisher or ""),
        "date": f"{day}{work.qualifier}",
        "year": work.published[0] if work.published else "",
        "url": source.get("url", "").translate(VERBATIM),
        "language": source.get("language", ""),
        "note": _text(f"Archived: {source['archive_url']}") if "archive_url" in source else "",
        "keywords": ", ".join(work.event_ids),
        "annote": "\n    ".join(map(_text, notes(answer, work))),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{'online' if 'url' in source else 'misc'}{{{source['id']},\n{lines}}}\n"


def _text(text: str) -> str:
    return fold(text).translate(LATEX)


FORMAT = Format(
    suffix=".bib",
    media_type="application/x-bibtex; charset=utf-8",
    summary="List events as BibTeX of the sources they cite",
    description="Each cited source once, for LaTeX, Zotero or JabRef. The id of the source is the key; `keywords` are "
    "the ids of the events that cite it, `annote` tells their passages and rival claims.",
    write=write,
    of_one=True,
    tells_sources=True,
)
OF_SOURCES = replace(
    FORMAT, of="sources", of_one=False, tells_sources=False, summary="List sources as BibTeX",
    description="An entry a source, for LaTeX, Zotero or JabRef. The id of the source is the key.",
)  # fmt: skip
