"""From the query string of a request to the question that an operation takes, and refusals as problem details."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.parameters import IN_WORDS, MOST_VALUES
from app.problems import MOST_ERRORS, Problem, Refused, nearest, refuse, refuse_all

LONGEST_ECHO = 100


async def refuse_parameters(request: Request) -> None:
    """Raises a `Problem` for any parameter of an operation that takes none."""
    if request.query_params:
        detail = "unknown parameter; this operation takes none"
        raise refuse_all([Refused(name[:LONGEST_ECHO], detail) for name in [*request.query_params][:MOST_ERRORS]])


class Form:
    """What an operation is asked with: a question, from the query string, and parts of the path."""

    def __init__(self, name: str, question: type[BaseModel], parts: dict[str, Any]) -> None:
        self.name = name
        self.validate = question.__pydantic_validator__.validate_python
        self.known = sorted(question.model_fields)
        fields = question.model_fields.items()
        self.lists = frozenset(name for name, field in fields if get_origin(field.annotation) is tuple)
        self.most = len(self.known) + len(self.lists) * (MOST_VALUES - 1) + MOST_ERRORS
        """So many values are read: more than any question has that can be answered."""
        self.parts = {name: TypeAdapter(annotation) for name, annotation in parts.items()}

    def read(self, query: bytes, path: dict[str, str]) -> dict[str, Any]:
        """The arguments of the operation. Raises a `Problem` that tells everything that is wrong."""
        if query.count(b"&") >= self.most:
            raise refuse("question", f"expected at most {self.most} parameters, each value counted")
        given = self._gather(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
        errors: list[Any] = []
        arguments: dict[str, Any] = {}
        for name, part in self.parts.items():
            try:
                arguments[name] = part.validate_python(path[name])
            except ValidationError as error:
                errors += [{**one, "loc": (name,)} for one in error.errors(include_url=False)]
        try:
            arguments[self.name] = self.validate(given)
        except ValidationError as error:
            errors += error.errors(include_url=False)
        if errors:
            raise describe_refusal(errors, self.known)
        return arguments

    def _gather(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """The values of each name: several of a list. A framework would read the last of what takes one value.

        Of unknown names, as many as are told.
        """
        given: dict[str, Any] = {}
        unknown = 0
        for name, value in pairs:
            if name in self.lists:
                given.setdefault(name, []).append(value)
            elif name in given and name in self.known:
                raise self._refuse_repeated([name for name, _ in pairs])
            elif name in self.known or name in given:
                given[name] = value
            elif unknown < MOST_ERRORS:
                given[name] = value
                unknown += 1
        return given

    def _refuse_repeated(self, names: list[str]) -> Problem:
        single = set(self.known) - self.lists
        repeated = [name for name in dict.fromkeys(names) if name in single and names.count(name) > 1]
        return refuse_all([Refused(name, "expected one value, not several") for name in repeated])


def describe_refusal(errors: Iterable[Any], known: list[str]) -> Problem:
    """The problem of a question that its model refuses."""
    return refuse_all([_describe(one, known) for one in [*errors][:MOST_ERRORS]])


def _describe(error: dict[str, Any], known: list[str]) -> Refused:
    place, kind, context = error["loc"], error["type"], error.get("ctx", {})
    parameter = str(place[0]) if place else "question"
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
            several = f"; several are asked for as {parameter}=…&{parameter}=…" if "," in error["input"] else ""
            return Refused(parameter, f"expected {IN_WORDS[context['pattern']]}{several}")
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
