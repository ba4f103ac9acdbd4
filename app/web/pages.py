"""What pages are made with: templates that escape, files that are kept for long, headers that allow nothing else."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from jinja2 import Environment, FileSystemLoader

from app.caching import cache_control, entity_tag, held_tag
from app.problems import NOT_FOUND, Problem
from app.questions import refuse_parameters

HERE = Path(__file__).parent
FILES = HERE / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
KEPT = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def files_digest() -> str:
    """Of all static files together: a page names them by it, and modules name each other beside themselves."""
    whole = hashlib.sha256()
    for path in sorted(FILES.iterdir()):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def static_root(public_url: str) -> str:
    """Where the files of a page are, on the origin and under the path of the page itself."""
    return f"{urlsplit(public_url).path}/static/{files_digest()}"


def answer_page(
    request: Request, template: str, content: dict[str, Any], status: int = 200, policy: str = POLICY
) -> Response:
    """A page; 304 when the client holds the same."""
    settings = request.app.state.settings
    page = environment().get_template(template).render(static=static_root(settings.public_url), **content)
    tag = entity_tag(page)
    held = held_tag(tag, ",".join(request.headers.getlist("If-None-Match")))
    is_answer = status == 200  # noqa: PLR2004 - 200 is the one status of an answer
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": cache_control(False, settings.max_age) if is_answer else "no-store",
    }
    if is_answer:
        headers["ETag"] = held or tag
    if held and is_answer:
        return Response(status_code=304, headers=headers)
    return Response(page, status, headers, media_type="text/html")


@router.get("/static/{digest}/{name}", dependencies=[Depends(refuse_parameters)])
def get_file(request: Request, digest: str, name: str) -> Response:
    """A static file. Under its digest it never changes; a page of another version gets what there is now."""
    if name not in {path.name for path in FILES.iterdir()}:
        raise Problem(NOT_FOUND, "Expected a file that a page names.")
    path = FILES / name
    content = path.read_bytes()
    tag = entity_tag(name, hashlib.sha256(content).hexdigest())
    held = held_tag(tag, ",".join(request.headers.getlist("If-None-Match")))
    headers = {
        "Cache-Control": KEPT if digest == files_digest() else "no-cache",
        "ETag": held or tag,
    }
    if held:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=MEDIA_TYPES[path.suffix])
