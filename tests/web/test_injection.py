from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.chat import Chat

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'"><svg onload=window.hacked=1>'


@pytest.fixture
def page(chat: Chat) -> Page:
    return chat.page


def unharmed(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.hacked") is None
    assert page.locator("motcua-chat img, motcua-chat script, motcua-chat [onerror], motcua-chat [onload]").count() == 0


def test_what_citizens_type_stays_text(chat: Chat, page: Page) -> None:
    chat.ask(f"khai sinh {HOSTILE}")
    expect(chat.latest.locator(".question")).to_contain_text("<script>")
    chat.page.get_by_role("button", name="Gặp cán bộ").first.click()
    chat.dialog.get_by_label("Câu hỏi gửi cán bộ").fill(HOSTILE)
    chat.dialog.get_by_role("button", name="Gửi cán bộ").click()
    code = chat.dialog.locator(".code").inner_text()
    chat.dialog.get_by_label("Mã câu hỏi").fill(code)
    chat.dialog.get_by_role("button", name="Xem", exact=True).click()
    expect(chat.dialog.locator(".result")).to_contain_text("<script>")
    chat.dialog.get_by_label("Mã câu hỏi").fill(HOSTILE)
    chat.dialog.get_by_role("button", name="Xem", exact=True).click()
    expect(chat.dialog.locator(".result")).to_contain_text("không tìm thấy")
    unharmed(page)
    page.reload()
    expect(chat.latest.locator(".question")).to_contain_text("<script>")
    unharmed(page)


def hostile_turn(message: str) -> dict[str, Any]:
    notes = [{"kind": "note", "text": HOSTILE}, {"kind": "confirmation", "text": HOSTILE}]
    rows = [
        {"kind": "paper", "text": HOSTILE, "notes": notes},
        {"kind": "item", "label": HOSTILE, "text": HOSTILE, "notes": notes},
        {"kind": "confirmation", "text": HOSTILE, "notes": notes},
        {"kind": "step", "number": 1, "text": HOSTILE, "notes": notes},
        {"kind": "group", "title": HOSTILE, "blocks": [{"kind": "paragraph", "text": f"https://x.example/{HOSTILE}"}]},
    ]
    blocks = [
        {"kind": "title", "text": HOSTILE},
        {"kind": "section", "aspect": "documents", "title": HOSTILE, "blocks": rows},
        {"kind": "source", "text": HOSTILE, "url": "javascript:window.hacked=1"},
        {"kind": "source", "text": HOSTILE, "url": 'https://dichvucong.gov.vn/"onclick="window.hacked=1'},
        {"kind": HOSTILE, "text": HOSTILE},
    ]
    trace = {
        "intent": HOSTILE,
        "confidence": 0.5,
        "aspects": [HOSTILE],
        "candidates": [{"code": HOSTILE, "name": HOSTILE, "probability": 0.4}],
        "none": 0.1,
        "rows": [{"table": HOSTILE, "text": HOSTILE}],
        HOSTILE: {"x": HOSTILE},
    }
    reply = {
        "text": HOSTILE,
        "blocks": blocks,
        "buttons": [{"title": HOSTILE, "payload": HOSTILE}],
        "outcome": "answered",
        "procedures": [{"code": HOSTILE, "name": HOSTILE}],
        "sources": [],
        "answer_url": "javascript:window.hacked=1",
        "slip_url": "javascript:window.hacked=1",
        "trace": trace,
    }
    return {"id": message, "at": "2026-11-24T00:00:00+00:00", "question": HOSTILE, "reply": reply}


def test_what_the_server_says_stays_text(chat: Chat, page: Page) -> None:
    def answer(route: Route) -> None:
        turn = hostile_turn(route.request.post_data_json["id"])
        route.fulfill(body=json.dumps(turn), content_type="application/json")

    frame = dict.fromkeys(("province", "information_hotline", "portal_hotline", "opening_hours"), HOSTILE)
    page.route("**/messages", answer)
    page.route("**/frame", lambda route: route.fulfill(body=json.dumps(frame), content_type="application/json"))
    chat.ask("khai sinh")
    chat.latest.get_by_text("Vì sao trả lời như vậy").click()
    chat.page.get_by_role("button", name="Gặp cán bộ").first.click()
    expect(chat.dialog).to_contain_text("<script>")
    hrefs = page.locator("motcua-chat a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(hrefs) <= {"https:", "tel:"}
    unharmed(page)
