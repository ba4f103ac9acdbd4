"""What FastAPI leaves open when it reads a question: repeated parameters, and refusals as problem details."""

import re
from functools import cache
from inspect import signature
from typing import Annotated, Any, get_args, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from app.problems import MOST_ERRORS, Problem, Refused, nearest, refuse_all

LONGEST_ECHO = 100


async def refuse_repeated(request: Request) -> None:
    """Raises a `Problem` for a parameter given twice that takes one value, which a framework reads as the last."""
    single = _single_valued(request.scope["endpoint"])
    names = [name for name, _ in request.query_params.multi_items()]
    repeated = [name for name in dict.fromkeys(names) if name in single and names.count(name) > 1]
    if repeated:
        raise refuse_all([Refused(name, "expected one value, not several") for name in repeated])


async def refuse_parameters(request: Request) -> None:
    """Raises a `Problem` for any parameter of an operation that takes none."""
    if request.query_params:
        detail = "unknown parameter; this operation takes none"
        raise refuse_all([Refused(name[:LONGEST_ECHO], detail) for name in request.query_params])


def describe_refusal(request: Request, error: RequestValidationError) -> Problem:
    """The problem of a question that its model refuses."""
    known = sorted(_questions_fields(request.scope["endpoint"]))
    return refuse_all([_describe(one, known) for one in error.errors()[:MOST_ERRORS]])


def _describe(error: dict[str, Any], known: list[str]) -> Refused:
    place, kind, context = error["loc"], error["type"], error.get("ctx", {})
    parameter = str(place[1]) if len(place) > 1 else "question"
    match kind:
        case "extra_forbidden":
            guess = nearest(parameter, known)
            expected = f"; nearest: '{guess}'" if guess else f"; known: {', '.join(known)}"
            return Refused(parameter[:LONGEST_ECHO], f"unknown parameter{expected}", guess)
        case "value_error":
            return Refused(parameter, str(context["error"]))
        case "literal_error":
            guess = nearest(str(error["input"]), re.findall("'([^']*)'", context["expected"]))
            return Refused(parameter, f"expected {context['expected']}", guess)
        case "string_pattern_mismatch":
            return Refused(parameter, f"expected text of the form {context['pattern']}")
        case "string_too_long":
            return Refused(parameter, f"expected at most {context['max_length']} characters")
        case "string_too_short":
            return Refused(parameter, "expected a value, not nothing")
        case "too_long":
            return Refused(parameter, f"expected at most {context['max_length']} values")
        case "greater_than_equal":
            return Refused(parameter, f"expected at least {context['ge']}")
        case "less_than_equal":
            return Refused(parameter, f"expected at most {context['le']}")
    return Refused(parameter, "expected another kind of value")


@cache
def _questions_fields(endpoint: Any) -> dict[str, Any]:
    """The fields of every question that an operation takes."""
    fields: dict[str, Any] = {}
    for parameter in signature(endpoint).parameters.values():
        if get_origin(parameter.annotation) is Annotated:
            model = get_args(parameter.annotation)[0]
            if isinstance(model, type) and issubclass(model, BaseModel):
                fields |= model.model_fields
    return fields


@cache
def _single_valued(endpoint: Any) -> frozenset[str]:
    fields = _questions_fields(endpoint)
    return frozenset(name for name, field in fields.items() if get_origin(field.annotation) is not list)
