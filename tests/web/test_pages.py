from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.pages import render_answer, render_embed, render_page

BLOCKS: list[dict[str, Any]] = [
    {"kind": "title", "text": "ĐĂNG KÝ KHAI SINH"},
    {
        "kind": "section",
        "aspect": "documents",
        "title": "GIẤY TỜ CẦN CHUẨN BỊ",
        "blocks": [
            {"kind": "paper", "text": "Tờ khai", "notes": [{"kind": "note", "text": "Lưu ý: nộp bản chính"}]},
            {"kind": "paper", "text": "Giấy chứng sinh", "notes": []},
            {"kind": "group", "title": "Trường hợp uỷ quyền:", "blocks": [{"kind": "paper", "text": "Giấy uỷ quyền"}]},
        ],
    },
    {
        "kind": "section",
        "aspect": "fee",
        "title": "PHÍ, LỆ PHÍ",
        "blocks": [{"kind": "item", "label": "Lệ phí", "text": "8.000 đồng", "notes": []}],
    },
    {
        "kind": "section",
        "aspect": "steps",
        "title": "CÁC BƯỚC THỰC HIỆN",
        "blocks": [{"kind": "step", "number": 1, "text": "Nộp hồ sơ", "notes": []}],
    },
    {"kind": "confirmation", "text": "Phải có xác nhận: Công an xã xác nhận", "notes": []},
    {"kind": "source", "text": "Nguồn: thủ tục 1.001193", "url": "https://dichvucong.gov.vn/x"},
]


class Parsed(HTMLParser):
    """What a browser makes of a page: its elements, their attributes and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def turn(question: str, text: str, blocks: list[dict[str, Any]], title: str = "", payload: str = "") -> dict[str, Any]:
    reply = {"text": text, "blocks": blocks, "buttons": [{"title": title, "payload": payload}]}
    return {"id": "1", "at": "2026-11-24T00:00:00+00:00", "question": question, "reply": reply}


def answer(**values: Any) -> str:
    known = {"province": "Hưng Yên", "hotline": "1022", "title": "Đăng ký khai sinh", "blocks": BLOCKS}
    return render_answer(**{**known, **values})


PAGES = {
    "first": render_page(province="Hưng Yên"),
    "english": render_page(province="Hưng Yên", language="en"),
    "later": render_page(
        province="Hưng Yên", turns=[turn("khai sinh", "…", BLOCKS, "Lệ phí", "/ask")], conversation="c", token="t"
    ),
    "answer": answer(code="1.001193", checked_on=date(2026, 11, 20)),
    "embed": render_embed(province="Hưng Yên", public_url="https://motcua.example.vn"),
}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_a_script_or_a_style_of_its_own(name: str) -> None:
    page = Parsed(PAGES[name])
    assert all("src" in script and "integrity" in script for script in page.all("script"))
    assert page.all("style") == []
    assert [a for _, attributes in page.elements for a in attributes if a == "style" or a.startswith("on")] == []
    loaded = [a.get("src") or a.get("href") or "" for tag, a in page.elements if tag in ("script", "img", "link")]
    assert all(path.startswith("/motcua") for path in loaded)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_its_language_and_has_one_first_heading(name: str) -> None:
    page = Parsed(PAGES[name])
    assert page.all("html") == [{"lang": "en" if name == "english" else "vi"}]
    assert len(page.all("h1")) == 1
    assert len({a["id"] for _, a in page.elements if "id" in a}) == len([a for _, a in page.elements if "id" in a])


def test_the_form_carries_the_conversation_and_the_buttons() -> None:
    page = Parsed(PAGES["later"])
    fields = {field["name"]: field["value"] for field in page.all("input") if field.get("type") == "hidden"}
    assert fields == {"conversation": "c", "token": "t", "message": ""}
    assert [b.get("value") for b in page.all("button") if b.get("name") == "payload"] == ["/ask"]
    assert [field["name"] for field in page.all("textarea")] == ["text"]


def test_an_answer_is_whole_and_says_where_it_is_from() -> None:
    page = Parsed(PAGES["answer"])
    for words in ("Tờ khai", "Giấy uỷ quyền", "8.000 đồng", "Nộp hồ sơ", "1.001193", "20/11/2026", "1022", "cán bộ"):
        assert words in page.text
    assert len([box for box in page.all("input") if box.get("type") == "checkbox"]) == 3
    assert {"href": "https://dichvucong.gov.vn/x", "rel": "noopener noreferrer"} in page.all("a")
    assert {"href": "/"} in page.all("a")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    page = Parsed(answer(blocks=[{"kind": "source", "text": "Nguồn", "url": url}]))
    assert [link["href"] for link in page.all("a")] == ["/"]


SLIP = "https://motcua.example.vn/phieu/k7m2-9qxd-4htp-0abc"


def test_an_address_in_a_reply_opens_beside_the_page() -> None:
    blocks: list[dict[str, Any]] = [{"kind": "paragraph", "text": f"Anh/chị mở {SLIP}."}]
    page = Parsed(render_page(province="Hưng Yên", turns=[turn("phiếu", "…", blocks)], conversation="c", token="t"))
    assert {"href": SLIP, "target": "_blank", "rel": "noopener noreferrer"} in page.all("a")
    assert f"Anh/chị mở {SLIP}." in page.text


@pytest.mark.parametrize(("url", "links"), [(SLIP, [SLIP]), ("javascript:alert(1)", [])])
def test_a_slip_is_opened_by_a_link(url: str, links: list[str]) -> None:
    given = turn("phiếu", "Dạ", [])
    given["reply"]["slip_url"] = url
    page = Parsed(render_page(province="Hưng Yên", turns=[given], conversation="c", token="t"))
    assert [link["href"] for link in page.all("a") if link.get("target") == "_blank"] == links
    assert ("Mở phiếu hướng dẫn" in page.text) is bool(links)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_whatever_is_said_stays_text(words: str) -> None:
    hostile = f"<script>{words}</script>\"'><img src=x onerror={words}>"
    blocks = [
        {"kind": "title", "text": hostile},
        {"kind": "section", "aspect": None, "title": hostile, "blocks": [{"kind": "paragraph", "text": hostile}]},
        {"kind": "group", "title": hostile, "blocks": [{"kind": "paper", "text": hostile, "notes": []}]},
        {"kind": "item", "label": hostile, "text": hostile, "notes": [{"kind": "note", "text": hostile}]},
        {"kind": "confirmation", "text": hostile, "notes": []},
        {"kind": "source", "text": hostile, "url": f"https://{hostile}"},
    ]
    turns = [turn(hostile, hostile, blocks, hostile, hostile), turn(hostile, hostile, [])]
    page = Parsed(
        render_page(province=hostile, turns=turns, conversation=hostile, token=hostile, office=hostile, notice=hostile)
    )
    assert len(page.all("script")) == 1
    assert page.all("img") == Parsed(PAGES["first"]).all("img")
    assert next(field["value"] for field in page.all("input") if field.get("name") == "conversation") == hostile
    assert hostile in page.text
    assert (
        len(Parsed(answer(title=hostile, province=hostile, hotline=hostile, code=hostile, blocks=blocks)).all("script"))
        == 0
    )
