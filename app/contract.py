"""The OpenAPI document: FastAPI's, without the 422 that this API never answers."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.problems import GONE, INVALID_QUESTION, MEDIA_TYPE, NOT_FOUND, UNAVAILABLE, Kind
from app.service_schemas import ProblemPublic

NDJSON = "application/x-ndjson"
"""One JSON object a line."""


def problem_responses(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """The errors that an operation may answer, for its documentation."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemPublic.__name__}"}}}
    return {kind.status: {"description": kind.title, "content": content} for kind in kinds}


LIST_PROBLEMS = problem_responses(INVALID_QUESTION, UNAVAILABLE)
RECORD_PROBLEMS = problem_responses(INVALID_QUESTION, NOT_FOUND, GONE, UNAVAILABLE)
HISTORY_PROBLEMS = problem_responses(INVALID_QUESTION, NOT_FOUND, UNAVAILABLE)
LOCATION = {"description": "The address of that event.", "schema": {"type": "string"}}
MERGED: dict[int | str, dict[str, Any]] = {
    301: {"description": "It was merged into another event", "headers": {"Location": LOCATION}}
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        schemas = document["components"]["schemas"]
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        problem = ProblemPublic.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {}) | {ProblemPublic.__name__: problem}
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        app.openapi_schema = document
    return app.openapi_schema
