"""The tables of the SQLite file: flat, named after what a row is, joined by foreign keys.

A column is filled from the property of its name. A foreign key that may be null is null where the record that it names
is not in the file; `related_title` and the like then still say which it is.
"""

TABLES = """
CREATE TABLE dataset (
    title TEXT NOT NULL, license TEXT NOT NULL, attribution TEXT NOT NULL, revision INTEGER NOT NULL,
    published_at TEXT NOT NULL, question TEXT NOT NULL, known_at TEXT
);
CREATE TABLE publisher (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, homepage TEXT, country TEXT, ownership TEXT, timezone TEXT,
    reference TEXT, api_url TEXT NOT NULL
);
CREATE TABLE source (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, publisher TEXT REFERENCES publisher(id), url TEXT, archive_url TEXT,
    language TEXT, kind TEXT, published_edtf TEXT, updated_edtf TEXT, published_not_before TEXT, available_at TEXT,
    timing TEXT NOT NULL, text_sha256 TEXT, text_length INTEGER, paraphrase INTEGER NOT NULL, note TEXT,
    api_url TEXT NOT NULL
);
CREATE TABLE actor (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT, country TEXT, reference TEXT, note TEXT, api_url TEXT NOT NULL
);
CREATE TABLE location (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT, parent TEXT REFERENCES location(id), country TEXT,
    latitude REAL, longitude REAL, precision TEXT, reference TEXT, note TEXT, api_url TEXT NOT NULL
);
CREATE TABLE event (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, summary TEXT, type TEXT, modality TEXT, date_edtf TEXT, start_date TEXT,
    end_date TEXT, date_precision TEXT NOT NULL, date_basis TEXT, start_time TEXT, sources INTEGER NOT NULL,
    independent_origins INTEGER NOT NULL, disputed INTEGER NOT NULL, first_reported_at TEXT, revision INTEGER NOT NULL,
    api_url TEXT NOT NULL
);
CREATE TABLE event_actor (
    event TEXT NOT NULL REFERENCES event(id), actor TEXT NOT NULL REFERENCES actor(id), role TEXT NOT NULL
);
CREATE TABLE event_location (
    event TEXT NOT NULL REFERENCES event(id), location TEXT NOT NULL REFERENCES location(id)
);
CREATE TABLE event_tag (event TEXT NOT NULL REFERENCES event(id), tag TEXT NOT NULL);
CREATE TABLE event_uncited_field (event TEXT NOT NULL REFERENCES event(id), field TEXT NOT NULL);
CREATE TABLE quantity (
    event TEXT NOT NULL REFERENCES event(id), measure TEXT NOT NULL, value NUMERIC, low NUMERIC, best NUMERIC,
    high NUMERIC, unit TEXT
);
CREATE TABLE citation (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event(id), source TEXT NOT NULL REFERENCES source(id),
    stance TEXT NOT NULL, attributed_to TEXT REFERENCES actor(id), origin TEXT REFERENCES publisher(id), link TEXT,
    first_words TEXT, last_words TEXT, start_offset INTEGER, end_offset INTEGER, sha256 TEXT,
    verification TEXT NOT NULL, note TEXT
);
CREATE TABLE citation_support (citation TEXT NOT NULL REFERENCES citation(id), field TEXT NOT NULL);
CREATE TABLE claim (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event(id), field TEXT NOT NULL, value TEXT NOT NULL,
    rank TEXT NOT NULL, relation TEXT, note TEXT
);
CREATE TABLE claim_citation (
    claim TEXT NOT NULL REFERENCES claim(id), citation TEXT NOT NULL REFERENCES citation(id)
);
CREATE TABLE relation (
    event TEXT NOT NULL REFERENCES event(id), type TEXT NOT NULL, related_event TEXT REFERENCES event(id),
    related_id TEXT NOT NULL, related_title TEXT NOT NULL
);
CREATE TABLE correction (
    event TEXT NOT NULL REFERENCES event(id), what TEXT NOT NULL, why TEXT, corrected_edtf TEXT NOT NULL,
    source TEXT REFERENCES source(id), source_id TEXT, source_title TEXT
);
CREATE TABLE source_author (source TEXT NOT NULL REFERENCES source(id), author TEXT NOT NULL);
CREATE TABLE source_correction (source TEXT NOT NULL REFERENCES source(id), correction TEXT NOT NULL);
CREATE TABLE source_origin (
    source TEXT NOT NULL REFERENCES source(id), publisher TEXT NOT NULL REFERENCES publisher(id)
);
CREATE TABLE lineage (
    source TEXT NOT NULL REFERENCES source(id), how TEXT NOT NULL, from_source TEXT REFERENCES source(id),
    from_publisher TEXT REFERENCES publisher(id), from_source_id TEXT, from_source_title TEXT
);
CREATE TABLE actor_alias (actor TEXT NOT NULL REFERENCES actor(id), alias TEXT NOT NULL);
CREATE TABLE actor_membership (
    actor TEXT NOT NULL REFERENCES actor(id), member_of TEXT NOT NULL REFERENCES actor(id)
);
CREATE TABLE actor_position (
    actor TEXT NOT NULL REFERENCES actor(id), title TEXT NOT NULL, organisation TEXT REFERENCES actor(id),
    start_edtf TEXT, end_edtf TEXT
);
CREATE TABLE location_alias (location TEXT NOT NULL REFERENCES location(id), alias TEXT NOT NULL);
CREATE TABLE same_as (
    actor TEXT REFERENCES actor(id), location TEXT REFERENCES location(id), publisher TEXT REFERENCES publisher(id),
    address TEXT NOT NULL
);
CREATE TABLE redaction (kind TEXT NOT NULL, record TEXT NOT NULL, property TEXT NOT NULL);
CREATE TABLE code (list TEXT NOT NULL, code TEXT NOT NULL, meaning TEXT NOT NULL, PRIMARY KEY (list, code));
"""
