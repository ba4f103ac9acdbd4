"""The addresses of views: what each keeps of the view that it leads from."""

from urllib.parse import parse_qsl

import pytest

from app.web.view import View

TIMES = [("as_of", "3"), ("known_at", "2021-12-30")]
FILTERS = [("tag", "talks"), ("actor", "nato"), ("actor", "ukraine")]
PLACE = [("cursor", "abc"), ("limit", "20"), ("sort", "reported")]
VIEW = View.of([*TIMES, *FILTERS, *PLACE, ("event", "first-talks")])
READ = ("event", "first-talks")


def led(address: str) -> list[tuple[str, str]]:
    assert address.startswith("?")
    return sorted(parse_qsl(address[1:]))


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (VIEW.address, [*TIMES, *FILTERS, *PLACE, READ]),
        (VIEW.unread, [*TIMES, *FILTERS, *PLACE]),
        (VIEW.reading("other"), [*TIMES, *FILTERS, *PLACE, ("event", "other")]),
        (VIEW.unfiltered, [*TIMES, READ]),
        (VIEW.only(("type", "aid")), [*TIMES, ("type", "aid"), READ]),
        (VIEW.toggled("actor", "nato"), [*TIMES, FILTERS[0], FILTERS[2], *PLACE[1:], READ]),
        (VIEW.toggled("actor", "eu"), [*TIMES, *FILTERS, ("actor", "eu"), *PLACE[1:], READ]),
        (VIEW.without("actor"), [*TIMES, FILTERS[0], *PLACE[1:], READ]),
        (VIEW.replacing(("actor", "eu")), [*TIMES, FILTERS[0], ("actor", "eu"), *PLACE[1:], READ]),
        (VIEW.known_at("2022-01-01"), [TIMES[0], ("known_at", "2022-01-01"), *FILTERS, *PLACE[1:], READ]),
        (VIEW.known_at(None), [TIMES[0], *FILTERS, *PLACE[1:], READ]),
        (VIEW.paged("def", "4"), [("as_of", "4"), TIMES[1], *FILTERS, ("cursor", "def"), *PLACE[1:], READ]),
    ],
)  # fmt: skip
def test_a_link_keeps_all_but_what_it_changes(address, kept):
    assert led(address) == sorted(kept)


def test_filters_are_what_narrows_the_answer_down():
    assert VIEW.filters == FILTERS


def test_of_several_events_the_last_is_read_and_what_is_empty_or_said_twice_is_left_out():
    given = [
        ("event", "first"),
        ("event", "second"),
        ("event", ""),
        ("q", ""),
        ("tag", "a"),
        ("tag", "b"),
        ("tag", "a"),
    ]
    assert View.of(given) == View((("tag", "a"), ("tag", "b")), "second")
