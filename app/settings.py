"""Settings, from the environment alone."""

from functools import cached_property

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DEFAULT_DATABASE_URL = "sqlite:///dateline.db"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DATELINE_", frozen=True)

    database_url: str = Field(DEFAULT_DATABASE_URL, validation_alias="DATABASE_URL")
    public_url: str = ""
    title: str = "Russia, Ukraine and the United States, December 2021 to February 2022"
    license: str = "CC-BY-4.0"
    attribution: str = "Dateline"
    max_age: int = Field(60, ge=0)

    @field_validator("database_url")
    @classmethod
    def _is_sqlite_or_postgresql(cls, value: str) -> str:
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            backend = ""
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("expected an address such as https://dateline.example, or nothing")
        return value.rstrip("/")

    @cached_property
    def database(self) -> URL:
        """The database's address, naming the driver."""
        url = make_url(self.database_url)
        return url if url.get_backend_name() == "sqlite" else url.set(drivername="postgresql+psycopg")
