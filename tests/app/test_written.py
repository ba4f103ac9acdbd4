"""A format that takes too many words is refused with what to do; one record is always answered."""

from app import written
from tests.invented import invented_lines, write_lines


def test_a_body_that_grows_too_large_is_refused_with_what_to_do(store, tmp_path, monkeypatch):
    store.load(write_lines(tmp_path, invented_lines(9)))
    client = store.client(cache_bytes=0)
    monkeypatch.setattr(written, "LARGEST_BODY", 100)
    for suffix in (".geojson", ".svg", ".atom", ".csv", ".jsonld"):
        answer = client.get(f"/v1/events{suffix}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "limit")
        assert client.get(f"/v1/events{suffix}?limit=1").status_code == 200
