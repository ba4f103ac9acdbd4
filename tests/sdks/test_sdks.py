"""Clients that generators make of the contract: they compile, and read today's service and tomorrow's."""

from pathlib import Path

import httpx
import pytest

from tests.documents import text_of
from tests.sdks.newer import CODE
from tests.sdks.question import EVERY_FILTER, SHOWN, pairs, told
from tests.sdks.sdk import SDKS, run

EVERY_OPERATION = Path(__file__).parent / "every_operation.py"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the server's event loop


@pytest.fixture(scope="module", params=SDKS, ids=str)
def sdk(request):
    if request.param.missing:
        pytest.skip(f"needs {', '.join(request.param.missing)}, and SDK_TOOLS naming where .ci/run installs generators")
    return request.param


@pytest.fixture(scope="module")
def folder(sdk, service, tmp_path_factory):
    """Where the client has been generated."""
    folder = tmp_path_factory.mktemp("sdk")
    sdk.generate(folder, service.address)
    return folder


def test_every_page_passage_and_refusal_is_read_as_shown(sdk, folder, service):
    """Compiled, where that is done, with every check on."""
    asked = len(service.asked)
    assert sdk.use(folder, service.address) == told(service.address, SHOWN)
    assert len(service.asked) > asked + 2


def test_every_filter_arrives_and_the_cursor_is_followed(sdk, folder, service):
    asked = len(service.asked)
    printed = sdk.use(folder, service.address, EVERY_FILTER)
    first, second, _ = service.asked[asked:]
    assert sorted(first) == sorted(pairs(EVERY_FILTER))
    assert sorted(one for one in second if one[0] != "cursor") == sorted(first)
    assert len(second) == len(first) + 1
    assert printed == told(service.address, EVERY_FILTER)


def test_unknown_properties_and_codes_are_borne(sdk, folder, newer_service):
    printed = sdk.use(folder, newer_service.address)
    assert printed == told(newer_service.address, SHOWN)
    assert CODE in printed


def test_all_that_is_generated_compiles_without_warnings(sdk, folder, service):
    sdk.write(folder, service.address)
    run(sdk.compiles, folder)


@pytest.mark.parametrize("sdk", SDKS[:2], ids=str, indirect=True)
@pytest.mark.parametrize("asked", ["service", "newer_service"])
def test_every_operation_is_read_as_what_it_is(sdk, folder, asked, request):
    """By the Python clients, which look into all that they read; of lists, as much as a page holds."""
    address = request.getfixturevalue(asked).address
    printed = run(f"python {EVERY_OPERATION} {address}", folder).stdout
    read = dict(line.split() for line in printed.splitlines())
    contract = httpx.get(f"{address}/openapi.json").json()
    answers = {path["get"]["operationId"]: path["get"]["responses"]["200"] for path in contract["paths"].values()}
    assert read.keys() == answers.keys()
    for operation, answer in answers.items():
        (content,) = answer["content"].values()
        if "$ref" in content["schema"]:
            assert read[operation] == content["schema"]["$ref"].rpartition("/")[2]
        else:
            assert read[operation] not in {"NoneType", "ProblemPublic"}


def test_every_parameter_of_events_is_asked(service):
    """Add a value of a new parameter to `EVERY_FILTER`: clients are tried with it."""
    contract = httpx.get(f"{service.address}/openapi.json").json()
    parameters = contract["paths"]["/v1/events"]["get"]["parameters"]
    known = contract["components"].get("parameters", {})
    names = [known[one["$ref"].rpartition("/")[2]]["name"] if "$ref" in one else one["name"] for one in parameters]
    assert sorted(EVERY_FILTER) == sorted(set(names) - {"cursor"})
    answer = httpx.get(f"{service.address}/v1/events", params=httpx.QueryParams(pairs(EVERY_FILTER))).json()
    assert answer["meta"]["total"] == 2
    assert len(answer["data"]) == 1


@pytest.mark.parametrize("sdk", SDKS, ids=str)
def test_the_gate_installs_what_the_page_says(sdk):
    assert sdk.installed
    assert set(sdk.installed) <= set(text_of(".ci/run").split())
