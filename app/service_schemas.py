"""What the service says of itself: problems (RFC 9457) and health."""

from pydantic import Field

from app.schemas import Address, Public


class ProblemError(Public):
    parameter: str | None = Field(None, description="The parameter that was refused.")
    detail: str = Field(description="What was expected.")
    nearest: str | None = Field(None, description="The valid name or id nearest to the one given.")


class Tombstone(Public):
    """What is left of a record that was withdrawn."""

    kind: str
    id: str
    revision: int = Field(description="The revision that no longer has it.")
    reason: str | None = Field(None, description="Why the desk withdrew it.")


class ProblemPublic(Public):
    """RFC 9457."""

    type: Address = Field(description="Stable; opens on the meaning of the problem.")
    title: str
    status: int
    detail: str
    errors: list[ProblemError] | None = None
    tombstone: Tombstone | None = Field(None, description="Of what was withdrawn: what is left of it.")


class ProblemKindPublic(Public):
    type: Address
    title: str
    status: int
    meaning: str


class HealthPublic(Public):
    status: str
    revision: int | None = None
