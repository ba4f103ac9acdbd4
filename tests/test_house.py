"""The house rules: what may import what, and how long a file may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = [path for folder in ("app", "seed", "migrations") for path in sorted((ROOT / folder).rglob("*.py"))]
LONGEST = 300
NOT_BUSINESS = (
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "managers",
    "service",
    "services",
    "repository",
    "common",
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name(path)} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{one.name}" for one in node.names)


def imports(path: Path, *packages: str) -> list[str]:
    return [
        one for one in imported(path) if one.startswith(tuple(f"{package}." for package in packages)) or one in packages
    ]


def in_folder(folder: str) -> list[Path]:
    return [path for path in MODULES if name(path).startswith(f"{folder}/")]


def test_the_house_is_here():
    assert len(in_folder("app/routes")) > 5
    assert len(in_folder("app/queries")) > 5
    assert len(in_folder("seed")) > 5


@pytest.mark.parametrize("path", in_folder("app/routes"), ids=name)
def test_routes_import_no_sql(path):
    assert imports(path, "sqlalchemy", "sqlmodel", "psycopg", "sqlite3") == []


@pytest.mark.parametrize("path", in_folder("app/queries"), ids=name)
def test_queries_import_no_web(path):
    assert imports(path, "fastapi", "starlette", "uvicorn", "app.routes", "app.main", "app.answers") == []


@pytest.mark.parametrize("path", in_folder("app"), ids=name)
def test_only_the_command_line_imports_both_halves(path):
    assert bool(imports(path, "seed")) == (name(path) == "app/cli.py")


@pytest.mark.parametrize("path", [*in_folder("seed"), *in_folder("migrations")], ids=name)
def test_the_writer_imports_nothing_that_serves(path):
    serving = imports(path, "app.routes", "app.main", "app.answers", "app.cli", "fastapi", "starlette")
    assert [one for one in serving if name(path) != "seed/__main__.py" or not one.startswith("app.cli")] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_resource_has_a_route_and_a_query_of_the_same_name():
    routes = {path.stem for path in in_folder("app/routes")} - {"service", "__init__"}
    assert routes <= {path.stem for path in in_folder("app/queries")}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_files_are_named_after_what_they_are_about(path):
    assert path.stem not in NOT_BUSINESS or name(path) == "app/routes/service.py"


@pytest.mark.parametrize("path", in_folder("app"), ids=name)
def test_no_engine_is_made_at_import(path):
    """Nothing happens at import time: engines and applications are made inside functions."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    statements = [node for node in body if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    calls = {node.func.id for one in statements for node in ast.walk(one)
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
    assert not calls & {"create_engine", "FastAPI", "FastAPIOffline", "create_app", "Settings", "Database"}
