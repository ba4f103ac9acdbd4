"""The forms that the record shares with questions are one and the same."""

from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from app import parameters
from seed import record


def test_ids_and_codes_are_those_of_questions() -> None:
    assert record.Id is parameters.Id
    assert record.Code is parameters.Code


def test_the_supported_fields_are_fields_of_an_event() -> None:
    assert get_args(record.Supported) == record.SUPPORTED_FIELDS
    assert set(record.SUPPORTED_FIELDS) <= record.Event.model_fields.keys()


@pytest.mark.parametrize("code", [*range(0x100), 0xD800, 0xDFFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000])
def test_a_line_holds_every_character_that_a_question_may_and_no_other(code: int) -> None:
    assert _accepts(record.Line, f"a{chr(code)}") == _accepts(parameters.CleanText, f"a{chr(code)}")


def _accepts(form: object, text: str) -> bool:
    try:
        TypeAdapter(form).validate_python(text)
    except ValidationError:
        return False
    return True
