"""What the service says of itself: problems (RFC 9457) and health."""

from pydantic import Field

from app.schemas import Count, Id, Path, Public


class ProblemError(Public):
    """One thing that was wrong with a question."""

    parameter: str | None = Field(None, description="The parameter that was refused.")
    detail: str = Field(description="What was expected.")
    nearest: str | None = Field(None, description="The valid name or id nearest to the one given.")


class Tombstone(Public):
    """What is left of a record that was withdrawn."""

    kind: str = Field(description="What it was.", examples=["event"])
    id: Id
    revision: Count = Field(description="The revision that no longer has it.")
    reason: str | None = Field(None, description="Why the desk withdrew it.")


class ProblemPublic(Public):
    """Problem details (RFC 9457): every error of the API."""

    type: Path = Field(description="Stable; opens on the meaning of the problem.")
    title: str = Field(description="Of the type, in a few words.")
    status: int = Field(description="The HTTP status again.", examples=[400])
    detail: str = Field(description="What was wrong here, for people.")
    errors: list[ProblemError] | None = Field(None, description="What was wrong, parameter by parameter.")
    tombstone: Tombstone | None = Field(None, description="Of what was withdrawn: what is left of it.")


class ProblemKindPublic(Public):
    """A type of problem."""

    type: Path = Field(description="As problems name it.")
    title: str = Field(description="In a few words.")
    status: int = Field(description="The HTTP status that it comes with.", examples=[400])
    meaning: str = Field(description="What it means, and what to do.")


class HealthPublic(Public):
    """Whether the service is well."""

    status: str = Field(description="`live`, or `ready`; a service that is not well answers 503.", examples=["ready"])
    revision: Count | None = Field(None, description="The newest revision.")
