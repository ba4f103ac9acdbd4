"""What every command of the command line has in common: settings, and how a command ends."""

import sys
from typing import NoReturn

from pydantic import ValidationError

from app.problems import Problem
from app.settings import Settings


def read_settings() -> Settings:
    """The settings; a bad one ends the command."""
    try:
        return Settings()
    except ValidationError as error:
        faults = (f"{variable(one['loc'][0])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors())
        stop("\n".join(faults), status=2)


def variable(field: object) -> str:
    """The environment variable of a setting."""
    return "DATABASE_URL" if str(field).lower() == "database_url" else f"DATELINE_{str(field).upper()}"


def cause_of(error: BaseException) -> BaseException:
    """What the database's driver raised."""
    told = error.__cause__ if isinstance(error, Problem) and error.__cause__ else error
    return getattr(told, "orig", None) or told


def reason_of(error: BaseException) -> str:
    """What the database says, in a line."""
    said = str(cause_of(error)).strip()
    return said.splitlines()[0] if said else type(error).__name__


def stop(message: str, status: int = 1) -> NoReturn:
    """End the command with a message."""
    print(message, file=sys.stderr)
    sys.exit(status)
