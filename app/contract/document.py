"""The document itself: FastAPI's, written for people and for programs that generate clients."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.contract.examples import show_answer
from app.contract.responses import components, refer_to
from app.contract.schemas import simplify
from app.contract.sharing import share_answers, share_parameters
from app.service_schemas import ProblemPublic

Document = dict[str, Any]
NOT_MODIFIED, UNPROCESSABLE = "304", "422"
UNTOLD = "Successful Response"
"""What FastAPI says of an answer when nothing else is said."""
TOLD = {"Page": "A page of records, as asked", "List": "All records", "Answer": "What was asked for"}
"""By how the name of its type ends."""


def describe(app: FastAPI) -> Document:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            contact=app.contact,
            license_info=app.license_info,
            servers=app.servers,
            tags=app.openapi_tags,
            routes=app.routes,
        )
        _describe_schemas(document)
        for path in document["paths"].values():
            for operation in path.values():
                _describe_answers(operation)
        share_answers(document)
        simplify(document["paths"])
        simplify(document["components"]["schemas"])
        for path in document["paths"].values():
            for operation in path.values():
                show_answer(operation)
        document["components"] |= components()
        share_parameters(document)
        document |= {"security": [], "externalDocs": app.openapi_external_docs}  # FastAPI refuses a relative address
        app.openapi_schema = document
    return app.openapi_schema


def _describe_schemas(document: Document) -> None:
    """Problems are answered by no route of their own; FastAPI's 422 never is."""
    schemas = document["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = ProblemPublic.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {ProblemPublic.__name__: problem}


def _describe_answers(operation: Document) -> None:
    """In order of their codes, as references where they are shared, and with the headers by which they are cached."""
    answers = operation["responses"]
    answers.pop(UNPROCESSABLE, None)
    for answer in answers.values():
        if "$ref" in answer:
            answer.pop("description")
    if NOT_MODIFIED in answers:
        asks_the_store = "as_of" in {one["name"] for one in operation.get("parameters", [])}
        answers["200"]["headers"] = refer_to("ETag", "Cache-Control", "Vary", *["Link"] * asks_the_store)
    if answers["200"]["description"] == UNTOLD:
        (content,) = answers["200"]["content"].values()
        name = content["schema"].get("$ref", "")
        answers["200"]["description"] = next((TOLD[end] for end in TOLD if name.endswith(end)), operation["summary"])
    operation["responses"] = dict(sorted(answers.items()))
