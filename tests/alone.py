"""A store that holds one record at a time, always as its first revision."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from app.database import Patient
from tests.conftest import Client, Store


class Alone:
    """Loads a record as if there had been none before; its client remembers nothing of those."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.client: Client = store.client()

    def load(self, *states: Path) -> Client:
        """Publish the states of a record, one revision each, and return who may be asked."""
        with self.store.engine.begin() as connection:
            for table in SQLModel.metadata.sorted_tables:
                connection.execute(table.delete())
        for number, state in enumerate(states, 1):
            assert self.store.load(state).revision == number
        remembering = self.client.app.state.database
        self.client.app.state.database = Patient(self.client.app.state.settings.database)
        remembering.close()
        return self.client


def pair(make_store: Callable[[str], Store], database: str) -> tuple[Alone, Alone]:
    """Two such stores."""
    return Alone(make_store(database)), Alone(make_store(database))


def data(client: Client, path: str) -> Any:
    """What is answered, without the revision that published it; of a refusal, its status."""
    answer = client.get(path)
    if answer.status_code != 200:
        return answer.status_code
    found = answer.json()["data"]
    return [_without_revision(one) for one in found] if isinstance(found, list) else _without_revision(found)


def _without_revision(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "revision"}
