"""The flat rows in SpatiaLite, for pygeoapi: `python spatial.py ROWS FILE`; its SQLite must load extensions."""

import json
import sqlite3
import sys
from pathlib import Path

LIBRARY = "mod_spatialite.so"
NAMES = ("id", "title", "summary", "type", "modality", "date_edtf", "start_date", "end_date", "actor", "place")


def fill(rows: Path, file: Path) -> None:
    """Write a table of events with a point each, or none, into a new file."""
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file)
    connection.enable_load_extension(True)
    connection.load_extension(LIBRARY)
    connection.execute("SELECT InitSpatialMetaData(1)")
    connection.execute(f"CREATE TABLE event ({', '.join(f'{name} TEXT' for name in NAMES)}, PRIMARY KEY (id))")
    connection.execute("SELECT AddGeometryColumn('event', 'geometry', 4326, 'POINT', 'XY')")
    marks = ", ".join("?" * len(NAMES))
    with rows.open(encoding="utf-8") as lines:
        values = ([*(row[name] for name in NAMES), _point(row)] for row in map(json.loads, lines))
        connection.executemany(f"INSERT INTO event VALUES ({marks}, GeomFromText(?, 4326))", values)
    connection.execute("SELECT CreateSpatialIndex('event', 'geometry')")
    connection.commit()


def _point(row: dict[str, float | None]) -> str | None:
    return None if row["longitude"] is None else f"POINT({row['longitude']} {row['latitude']})"


if __name__ == "__main__":
    fill(Path(sys.argv[1]), Path(sys.argv[2]))
