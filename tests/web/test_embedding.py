from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.web.assets import assets
from tests.web.chat import Chat
from tests.web.conftest import OpenContext, Portal

#: A portal's own style sheet must not reach into the chat.
ROUGH_STYLES = "* { font-size: 9px !important; color: red } html { font-size: 62.5% } button { display: none }"


@pytest.fixture
def page(open_context: OpenContext, portal: Portal, address: str) -> Page:
    script = assets()["motcua-chat.js"]
    portal.pages["/"] = (
        f'<!DOCTYPE html><html lang="vi"><head><title>Cổng</title><style>{ROUGH_STYLES}</style></head><body>'
        f'<main><h1>Cổng Dịch vụ công</h1></main><script defer src="{address}/motcua-chat.js" '
        f'integrity="{script.integrity}" crossorigin="anonymous"></script><motcua-chat office="12361"></motcua-chat>'
        "</body></html>"
    )
    page = open_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(portal.address)
    return page


def test_the_chat_works_on_another_site(page: Page, address: str) -> None:
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.get_by_role("button", name="Hỏi thủ tục").click()
    chat = Chat(page)
    expect(chat.field).to_be_focused()
    answer = chat.ask_about_birth()
    assert answer.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") >= 18
    assert hosts == {address.removeprefix("http://")}
    page.reload()
    page.get_by_role("button", name="Hỏi thủ tục").click()
    expect(chat.boxes.first).to_be_visible()


def test_escape_closes_the_panel_and_focus_goes_back(page: Page) -> None:
    page.get_by_role("button", name="Hỏi thủ tục").press("Enter")
    chat = Chat(page)
    expect(chat.field).to_be_focused()
    page.get_by_role("button", name="Gặp cán bộ").press("Enter")
    page.keyboard.press("Escape")
    expect(chat.dialog).to_have_count(0)
    expect(chat.field).to_be_visible()
    page.keyboard.press("Escape")
    expect(chat.field).to_be_hidden()
    expect(page.get_by_role("button", name="Hỏi thủ tục")).to_be_focused()


def test_printing_opens_the_page_of_the_answer(page: Page, address: str) -> None:
    page.get_by_role("button", name="Hỏi thủ tục").click()
    answer = Chat(page).ask_about_birth()
    with page.context.expect_page() as opened:
        answer.get_by_role("button", name="In", exact=True).click()
    printed = opened.value
    expect(printed.get_by_role("heading", name=re.compile("đăng ký khai sinh", re.IGNORECASE))).to_be_visible()
    assert printed.url.startswith(f"{address}/tra-loi/1.001193")


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_panel_fills_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.get_by_role("button", name="Hỏi thủ tục").click()
    chat = Chat(page)
    chat.ask_about_birth()
    box = page.locator(".panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["height"]) == (0, width, 640)
    assert chat.overflow <= 0
    assert page.locator(".scroller").evaluate("element => element.scrollWidth - element.clientWidth") <= 0


def test_a_site_that_is_not_allowed_gets_no_answer(browser: Browser, portal: Portal, address: str) -> None:
    portal.pages["/elsewhere"] = (
        f'<!DOCTYPE html><title>x</title><script>fetch("{address}/webhooks/portal/frame")'
        '.then(() => document.title = "read", () => document.title = "refused")</script>'
    )
    page = browser.new_page()
    page.goto(f"{portal.address.replace('127.0.0.1', 'localhost')}/elsewhere")
    page.wait_for_function("() => document.title !== 'x'")
    assert page.title() == "refused"
    page.close()
