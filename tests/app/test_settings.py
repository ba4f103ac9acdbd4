"""The settings that a person may get wrong: what is taken, in what form, and what is refused."""

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine

from app.settings import Settings
from tests.conftest import Store


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("https://dateline.example", "https://dateline.example"),
        ("https://dateline.example/", "https://dateline.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://example.org/chronology/", "https://example.org/chronology"),
        ("https://xn--e1afmkfd.example/%D0%B0", "https://xn--e1afmkfd.example/%D0%B0"),
    ],
)
def test_a_public_address_may_have_a_path_and_loses_its_last_slash(given: str, kept: str) -> None:
    assert Settings(public_url=given).public_url == kept


@pytest.mark.parametrize(
    "given",
    [
        "dateline.example", "ftp://dateline.example", "//dateline.example", "https://", "https:///v1", "https://:8000",
        "https://.", "https://a..b", "https://[bad", "https://dateline.example:port", "https://user:secret@a.example",
        "https://a.example/ b", " https://a.example", "https://a.example\n", "https://a.example/\tb",
        "https://a b.example", "https://a.example/<b>", 'https://a.example/"b"', "https://a.example>; rel=next", "https://a.example\\b",
        "https://a.example?", "https://a.example/?b=c", "https://a.example#", "https://a.example/#b",
        "https://ä.example",
    ],
)  # fmt: skip
def test_what_is_no_public_address_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match=r"expected an address such as https://dateline\.example or"):
        Settings(public_url=given)


def test_links_begin_with_the_public_address_and_its_path(shipped: Store) -> None:
    answer = shipped.client(public_url="https://example.org/chronology/").get("/v1/events?limit=1")
    assert answer.json()["links"]["canonical"] == "https://example.org/chronology/v1/events?limit=1"
    assert answer.headers["Link"].startswith("<https://example.org/chronology/v1/events?limit=1>; ")


@pytest.mark.parametrize(
    "given", ["", "desk@dateline.example", "https://dateline.example/desk", "http://127.0.0.1:8000"]
)
def test_a_contact_is_an_e_mail_address_or_that_of_a_page(given: str) -> None:
    assert Settings(contact=given).contact == given


@pytest.mark.parametrize(
    "given",
    [
        "desk", "desk@", "@a.example", "a@b", "a@b@c.example", "mailto:a@b.example", "https://", "https://a@b.example",
        "a b@c.example", "//a.example",
    ],
)  # fmt: skip
def test_what_is_no_contact_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="expected an e-mail address, the address of a page"):
        Settings(contact=given)


def test_several_servers_are_named_as_libpq_has_it():
    address = "postgresql://reader:p%2Fw@a:5432,b/dateline?target_session_attrs=read-only"
    url = Settings(DATABASE_URL=address).database
    _, told = create_engine(url).dialect.create_connect_args(url)
    told.pop("context")
    assert told == {
        "user": "reader", "password": "p/w", "host": "a,b", "port": "5432,", "dbname": "dateline",
        "target_session_attrs": "read-only",
    }  # fmt: skip


@pytest.mark.parametrize("given", ["", "600/minute", "10/second", "1/day", "5/10minute"])
def test_a_rate_is_so_many_in_so_much_time(given: str) -> None:
    assert Settings(rate_limit=given).rate_limit == given


@pytest.mark.parametrize(
    "given",
    ["600", "0/minute", "-1/minute", "600/fortnight", "600 / minute", "1/second;2/minute", "1e3/hour", "600/minute\n"],
)
def test_what_is_no_rate_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="expected a rate such as 600/minute"):
        Settings(rate_limit=given)


def test_proxies_are_addresses_and_networks() -> None:
    assert (
        Settings(trusted_proxies="10.0.0.2, 10.1.0.0/16,2001:db8::1").trusted_proxies
        == "10.0.0.2,10.1.0.0/16,2001:db8::1"
    )
    assert Settings(trusted_proxies="").trusted_proxies == ""


@pytest.mark.parametrize(
    "given", ["*", "nginx", "10.0.0.1/8", "10.0.0.1,", ",", " ", "10.0.0.1;10.0.0.2", "10.0.0.1:80"]
)
def test_what_is_no_proxy_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="expected addresses or networks"):
        Settings(trusted_proxies=given)
