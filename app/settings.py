"""Settings, from the environment alone."""

import re
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DEFAULT_DATABASE_URL = "sqlite:///dateline.db"
RATE = re.compile(r"[1-9][0-9]{0,8}/([1-9][0-9]{0,3})?(second|minute|hour|day)")
CONTACT = re.compile(r"https?://[^\s/?#@]+(/[^\s@]*)?|[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+")
SEVERAL_SERVERS = re.compile(
    r"(?P<before>postgres(ql)?://([^/?#@]*@)?)(?P<servers>[^/?#@]*,[^/?#@]*)(?P<path>/[^?#]*)?(\?(?P<query>.*))?"
)
PUBLIC_URL = re.compile(
    r"https?://([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"  # a host, perhaps a port
    r"(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"  # and a path, without a query or a fragment
)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DATELINE_", frozen=True)

    database_url: str = Field(DEFAULT_DATABASE_URL, validation_alias="DATABASE_URL")
    public_url: str = ""
    title: str = "Russia, Ukraine and the United States, December 2021 to February 2022"
    license: str = "CC-BY-4.0"
    attribution: str = "Dateline"
    contact: str = ""
    max_age: int = Field(60, ge=0)
    cache_bytes: int = Field(16 * 1024 * 1024, ge=0)
    access_log: bool = False
    rate_limit: str = ""
    trusted_proxies: str = ""

    @field_validator("database_url")
    @classmethod
    def _is_sqlite_or_postgresql(cls, value: str) -> str:
        try:
            url = _read_url(value)
        except (ArgumentError, ValueError):
            url = make_url("unknown://")
        in_a_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:") and not url.host
        if not in_a_file and url.get_backend_name() not in ("postgresql", "postgres"):
            raise ValueError("expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        """Where the API is seen from outside, perhaps under a path; it stands in headers as it is."""
        if value and not PUBLIC_URL.fullmatch(value):
            raise ValueError(
                "expected an address such as https://dateline.example or https://example.org/dateline, "
                "without a query or a fragment, or nothing"
            )
        return value.rstrip("/")

    @field_validator("contact")
    @classmethod
    def _is_reachable(cls, value: str) -> str:
        if value and not CONTACT.fullmatch(value):
            raise ValueError("expected an e-mail address, the address of a page (https://…), or nothing")
        return value

    @field_validator("rate_limit")
    @classmethod
    def _is_a_rate(cls, value: str) -> str:
        if value and not RATE.fullmatch(value):
            raise ValueError("expected a rate such as 600/minute or 10/second, or nothing")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        """Without spaces; each an address or a network."""
        proxies = [one.strip() for one in value.split(",") if value]
        for one in proxies:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(f"expected addresses or networks, as in 10.0.0.2,10.1.0.0/16, not {one!r}") from None
        return ",".join(proxies)

    @cached_property
    def database(self) -> URL:
        """The database's address, naming the driver."""
        url = _read_url(self.database_url)
        is_file = url.get_backend_name() == "sqlite"
        return url.set(drivername="sqlite" if is_file else "postgresql+psycopg")

    @property
    def sees_each(self) -> bool:
        """Whether each request is logged, or counts for the limit of its client."""
        return bool(self.access_log or self.rate_limit)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite store."""
        return Path(self.database.database or "") if self.database.drivername == "sqlite" else None


def _read_url(value: str) -> URL:
    """Several servers stand where one does, as libpq has them: SQLAlchemy wants each of them by itself."""
    if found := SEVERAL_SERVERS.fullmatch(value):
        servers = [f"host={server}" for server in found["servers"].split(",")]
        value = f"{found['before']}{found['path'] or ''}?{'&'.join([*servers, *filter(None, [found['query']])])}"
    return make_url(value)
