from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.chat import BIRTH, BIRTH_NAME, Chat
from tests.web.conftest import OpenContext


@pytest.fixture
def page(open_context: OpenContext, address: str) -> Page:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address)
    return page


def ask(page: Page, text: str) -> None:
    page.get_by_label("Câu hỏi của anh/chị").fill(text)
    page.get_by_role("button", name="Gửi", exact=True).click()


def test_a_whole_conversation_without_scripts(page: Page) -> None:
    expect(page.get_by_text("Em là trợ lý tự động")).to_be_visible()
    ask(page, BIRTH)
    if page.get_by_role("button", name=BIRTH_NAME, exact=True).count():
        page.get_by_role("button", name=BIRTH_NAME, exact=True).click()
    latest = page.locator(".turn").last
    expect(latest.get_by_role("heading", name="Giấy tờ cần chuẩn bị")).to_be_visible()
    expect(latest.get_by_role("checkbox").first).to_be_visible()
    count = page.locator(".turn").count()
    ask(page, "lệ phí bao nhiêu")
    expect(page.locator(".turn")).to_have_count(count + 1)
    expect(page.locator(".turn").last).to_contain_text("Phí, lệ phí")
    expect(page.locator(".turn").first.locator(".question")).to_contain_text(BIRTH)
    page.locator(".turn").last.locator(".choices button").first.click()
    expect(page.locator(".turn")).to_have_count(count + 2)


def test_an_example_is_asked_with_one_press(page: Page) -> None:
    page.get_by_role("button", name="Chứng thực bản sao hết bao nhiêu tiền?").click()
    expect(page.locator(".turn .question")).to_contain_text("Chứng thực bản sao")


@pytest.mark.parametrize("width", [320, 1280])
def test_it_fits_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    ask(page, BIRTH)
    assert page.locator("html").evaluate("element => element.scrollWidth") <= width


def test_a_conversation_begun_without_scripts_goes_on_with_them(open_context: OpenContext, address: str) -> None:
    """The form may be used while the script is still on its way."""
    page = open_context().new_page()
    page.route("**/motcua-chat.js*", lambda route: route.abort())
    page.goto(address)
    ask(page, "xin chào")
    expect(page.locator(".turn")).to_have_count(1)
    page.unroute("**/motcua-chat.js*")
    page.reload()
    chat = Chat(page)
    expect(chat.answers).to_have_count(1)
    chat.ask("cảm ơn em")
    expect(chat.turns).to_have_count(2)
