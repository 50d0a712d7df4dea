"""The guide is served by the product itself, offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.house import PAGE, House

FOLDER = Path(__file__).parents[2] / "gateway/web/guide"


@pytest.mark.parametrize("page", sorted(file.stem for file in FOLDER.glob("*.md")))
async def test_every_page_is_served_with_its_tables(at_home: House, page: str) -> None:
    """Each page of the folder has its heading once, its tables as tables, and no raw Markdown."""
    async with at_home.http.get(f"{at_home.url}/guide/{page}", headers=PAGE) as response:
        assert response.status == 200
        text = await response.text()
    source = (FOLDER / f"{page}.md").read_text()
    assert text.count("<h1>") == 1
    assert f"<h1>{source.splitlines()[0].removeprefix('# ')}</h1>" in text
    assert ("<table>" in text) == ("|---|" in source)


async def test_the_first_page_leads_to_all_others(at_home: House) -> None:
    """The index links every other page, and a page that does not exist is told so."""
    async with at_home.http.get(f"{at_home.url}/guide", headers=PAGE) as response:
        text = await response.text()
    for file in FOLDER.glob("*.md"):
        assert file.stem == "index" or f'href="/guide/{file.stem}"' in text
    async with at_home.http.get(f"{at_home.url}/guide/nothing", headers=PAGE) as response:
        assert response.status == 404
