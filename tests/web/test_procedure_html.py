from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.open_data import jsonld
from bot.procedures.model import Document, Procedure
from bot.procedures.outline import outline
from bot.procedures.render import Renderer
from bot.procedures.store import Head
from bot.slip.slip import SlipMaker
from bot.web.pages import render_notice, render_notices, render_problem, render_sitemap, render_slip
from tests.slip.test_slip import BIRTH, CENTRE, TIEN_HOA

HOSTILE = "</script><script>alert(1)</script><!-- \"'><img src=x onerror=alert(1)> & {{ 7 * 7 }}"


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its text with that inside scripts apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = self.data = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and data.startswith("{"):
            self.data += data
        else:
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def hostile(procedures: dict[str, Procedure]) -> Procedure:
    paper = Document("paper", HOSTILE, "submit", 1, 0, note=HOSTILE)
    names: dict[str, Any] = dict.fromkeys(("name", "short_name", "summary", "field"), HOSTILE)
    return replace(procedures[BIRTH], **names, url=f"https://x.example/{HOSTILE}", documents=(paper,))


def check(page: str, scripts: int = 0) -> Parsed:
    """Nothing of a page is what the texts wanted it to be."""
    parsed = Parsed(page)
    assert len(parsed.named("script")) == scripts
    assert [image["src"] for image in parsed.named("img") if not str(image["src"]).startswith("/motcua.svg")] == []
    assert [a for _, attributes in parsed.elements for a in attributes if a == "style" or a.startswith("on")] == []
    assert len(parsed.named("h1")) == 1
    assert "49" not in parsed.text
    return parsed


def test_a_notice_stays_text_and_its_linked_data_data(hostile: Procedure) -> None:
    text = Renderer(lambda _code: None).answer(hostile, ("documents",), {})
    page = check(
        render_notice(hostile, outline(text), province=HOSTILE, hotline=HOSTILE, public_url="https://x.example"), 1
    )
    assert json.loads(page.data) == jsonld.document([hostile])
    assert page.text.count(HOSTILE) >= 5


def test_a_slip_stays_text(hostile: Procedure) -> None:
    content = {"goals": [{"code": BIRTH}, {"code": HOSTILE}], "ward_code": TIEN_HOA}
    office = replace(CENTRE, name=HOSTILE, address=HOSTILE, phone=HOSTILE)
    slip = SlipMaker(lambda _code: None).make(content, {BIRTH: hostile}, [office], HOSTILE)
    page = check(render_slip(slip, province=HOSTILE, hotline=HOSTILE, code="k7m2-9qxd", kept_until=date(2026, 12, 23)))
    assert page.text.count(HOSTILE) >= 10


def test_the_list_stays_text() -> None:
    head = Head("1.1", HOSTILE, HOSTILE, HOSTILE, "complete", "portal")
    known: dict[str, Any] = {"province": HOSTILE, "public_url": "https://x.example", "fields": [(HOSTILE, 1)]}
    for query, field, found in [
        (HOSTILE, "", [head] * 120),
        ("", HOSTILE, [head] * 120),
        ("", "", []),
        (HOSTILE, "", []),
    ]:
        check(render_notices(**known, query=query, field=field, found=found, page=2))


def test_a_problem_and_the_map_stay_text() -> None:
    assert HOSTILE in check(render_problem(province="Hưng Yên", notice=HOSTILE)).text
    assert "<script" not in render_sitemap([HOSTILE])
