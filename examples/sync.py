"""Keeps a newsroom's own copy of a chronology in a SQLite file: `python sync.py http://127.0.0.1:8000 copy.db`.

Run it as often as you like: it asks for what was published since the revision that the copy has. The copy changes in
one transaction, so whoever reads it sees the old state or the new one; what is interrupted has done nothing, and the
next run does it. Tables: `record` has each record as JSON in `document`, NULL when it was withdrawn or merged; `state`
says of which revision the copy is.
"""

import json
import sqlite3
import sys
from typing import Any

from dateline import Dateline, Refused

PAGE = 500
TABLES = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT, id TEXT, revision INTEGER, action TEXT, reason TEXT, merged_into TEXT, document TEXT,
    PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS state (revision INTEGER, published_at TEXT);
"""


def sync(dateline: Dateline, copy: sqlite3.Connection) -> tuple[int, int]:
    """Bring the copy to the newest revision. Returns that, and how many changes it took."""
    copy.execute("PRAGMA secure_delete = ON")  # a value that is redacted leaves no trace in the file
    copy.executescript(TABLES)
    copy.execute("BEGIN IMMEDIATE")  # of two runs at once, the second waits, and has nothing left to do
    with copy:
        since, published_at = copy.execute("SELECT revision, published_at FROM state").fetchone() or (0, "")
        if since and published(dateline, since) != published_at:
            raise Refused(f"revision {since} is not the one that the copy has; begin a new copy")
        count, revision = 0, since
        for page in dateline.pages("/v1/changes", since=since, limit=PAGE):
            copy.executemany("REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", map(row, page["data"]))
            count, revision = count + len(page["data"]), page["meta"]["revision"]
        copy.execute("DELETE FROM state")
        copy.execute("INSERT INTO state VALUES (?, ?)", (revision, published(dateline, revision)))
    return revision, count


def row(change: dict[str, Any]) -> tuple[Any, ...]:
    """A record as it is since a change. One that is gone has no document."""
    document = json.dumps(change["document"], ensure_ascii=False) if "document" in change else None
    told = (change.get(name) for name in ("kind", "id", "revision", "action", "reason", "merged_into"))
    return *told, document


def published(dateline: Dateline, revision: int) -> str:
    """When a revision was published: by this, a store that was built anew is told from the one copied."""
    return str(dateline.ask("/v1", as_of=revision)["data"]["revision"]["published_at"])


def main() -> None:
    address, file = sys.argv[1:]
    copy = sqlite3.connect(file, isolation_level=None, timeout=60)
    try:
        revision, count = sync(Dateline(address), copy)
    except Refused as refused:
        sys.exit(str(refused))
    print(f"The copy is of revision {revision}; changes applied: {count}.")


if __name__ == "__main__":
    main()
