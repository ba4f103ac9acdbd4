"""A small sound record in YAML, every part of which a test can damage, and what `check` says of it."""

from pathlib import Path

from seed.checking import check
from seed.faults import RecordRefused

PUBLISHERS = """\
- id: gazette
  name: Harbour Gazette
  homepage: https://gazette.example/
  country: NO
  ownership: state
  timezone: Europe/Oslo
- id: post
  name: Island Post
"""
SOURCES = """\
- id: gazette-monday
  title: A meeting in the port
  publisher: gazette
  url: https://gazette.example/monday
  kind: article
  published: 2020-03-03
  updated: 2020-03-04
- id: post-tuesday
  title: Island news
  publisher: post
  derived_from:
    - {source: gazette-monday, how: reprints}
"""
ACTORS = """\
- id: sea-league
  name: Sea League
  type: organisation
- id: anna-berg
  name: Anna Berg
  type: person
  positions:
    - {title: Speaker, organisation: sea-league, from: "2019", to: 2020-06}
  member_of: [sea-league]
"""
LOCATIONS = """\
- id: north-coast
  name: North Coast
  type: coast
- id: old-harbour
  name: Old Harbour
  parent: north-coast
  latitude: 60.5
  longitude: 5.25
  precision: exact
"""
EVENTS = """\
- id: harbour-talks
  title: Talks in the harbour
  summary: They talk in the harbour.
  date: 2020-03-02
  start_time: "10:00Z"
  type: consult
  modality: occurred
  locations: [old-harbour]
  quantities:
    - {measure: people, low: 2, high: 5}
  tags: [fishing]
  actors:
    - {actor: anna-berg, role: initiator}
  citations:
    - key: monday
      source: gazette-monday
      passage: {starts: "The talks, on", ends: "said the league."}
      supports: [date, actors]
      attributed_to: anna-berg
- id: second-round
  title: A second round
  date: "2020"
  citations:
    - {key: monday, source: post-tuesday}
  relations:
    - {type: part_of, event: harbour-talks}
"""
FILES = {
    "actors.yaml": ACTORS,
    "events.yaml": EVENTS,
    "locations.yaml": LOCATIONS,
    "publishers.yaml": PUBLISHERS,
    "sources.yaml": SOURCES,
}


def faults_of(folder: Path, *changes: tuple[str, str], allow_uncited: bool = False) -> list[str]:
    """What `check` says of the record after some texts, each found in one file alone, were replaced by others."""
    files = dict(FILES)
    for old, new in changes:
        [name] = [name for name, content in files.items() if old in content]
        files[name] = files[name].replace(old, new, 1)
    return check_files(folder, files, allow_uncited=allow_uncited)


def check_files(folder: Path, files: dict[str, str], *, allow_uncited: bool = False) -> list[str]:
    """What `check` says of some files, with their names relative to the folder."""
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())
    try:
        check([folder], allow_uncited=allow_uncited)
    except RecordRefused as refused:
        return [str(fault).replace(f"{folder}/", "") for fault in refused.faults]
    return []
