"""The guide: Markdown pages that ship with the engine, rendered offline at `/guide`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from aiohttp import web
from markdown_it import MarkdownIt

from gateway.errors import NotFound
from gateway.web.pages import PAGES

FOLDER = Path(__file__).parent / "guide"


async def show(request: web.Request) -> web.Response:
    """Show one page of the guide, or its first."""
    name = request.match_info.get("page", "index")
    title, body = _rendered(name)
    return request.app[PAGES].answer(request, "console/guide.html", page=name, title=title, body=body)


@cache
def _rendered(name: str) -> tuple[str, str]:
    file = FOLDER / f"{name}.md"
    if not name.isidentifier() or not file.is_file():
        raise NotFound("unknown_page", f"the guide has no page {name!r}")
    source = file.read_text(encoding="utf-8")
    title = source.partition("\n")[0].removeprefix("# ")
    return title, MarkdownIt("commonmark", {"html": False}).enable("table").render(source)
