from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.procedures.store import connect
from bot.slip.links import notice_path, slip_path
from bot.stores.slips import Slips
from tests.live import Live
from tests.slip.test_slip import AT_THE_DESK, BIRTH, TIEN_HOA
from tests.web.chat import BIRTH_NAME, Chat
from tests.web.conftest import OpenContext
from tests.web.test_accessibility import SCHEMES, WINDOWS, violations

CONTENT: dict[str, Any] = {
    "goals": [{"code": BIRTH, "case": AT_THE_DESK}, {"code": "1.000656"}],
    "held": [[BIRTH, "birth_certificate"]],
    "life_event": "birth",
    "ward_code": TIEN_HOA,
}
PAGES = [notice_path(BIRTH), "/thu-tuc/", "/thu-tuc/?q=khai+sinh", "/phieu/xxxx"]


@pytest.fixture(scope="session")
def slip(motcua: Live) -> str:
    """The path of a slip that is kept."""
    engine = connect(f"sqlite:///{motcua.database}")
    code = Slips(engine).create(CONTENT)
    engine.dispose()
    return slip_path(code)


def overflow_in_large_type(page: Page) -> int:
    page.locator("body").evaluate("element => element.style.setProperty('font-size', '36px', 'important')")
    return Chat(page).overflow


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("width", "height"), WINDOWS)
def test_axe_finds_nothing_and_all_fits(
    open_context: OpenContext, address: str, slip: str, width: int, height: int, scheme: str
) -> None:
    context = open_context(viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    for path in [slip, *PAGES]:
        page.goto(address + path)
        assert violations(page) == [], path
        assert Chat(page).overflow <= 0, path
        assert overflow_in_large_type(page) <= 0, path


def test_a_reply_with_a_slip_opens_it_in_a_new_tab(chat: Chat) -> None:
    chat.ask_about_birth()
    reply = chat.ask("ghi ra giấy giúp bác")
    button = reply.get_by_role("link", name="Mở phiếu hướng dẫn")
    address = button.get_attribute("href") or ""
    expect(reply.get_by_role("link", name=address)).to_have_attribute("target", "_blank")
    assert violations(chat.page) == []
    with chat.page.expect_popup() as opened:
        button.click()
    expect(opened.value.get_by_role("heading", name="Phiếu hướng dẫn")).to_be_visible()
    expect(reply.get_by_role("button", name="In", exact=True)).to_have_count(0)


def test_without_scripts_a_reply_with_a_slip_opens_it(open_context: OpenContext, address: str) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address)
    page.get_by_label("Câu hỏi của anh/chị").fill("in phiếu đăng ký khai sinh cho tôi")
    page.get_by_role("button", name="Gửi", exact=True).click()
    if page.get_by_role("button", name=BIRTH_NAME, exact=True).count():
        page.get_by_role("button", name=BIRTH_NAME, exact=True).click()
        page.get_by_label("Câu hỏi của anh/chị").fill("ghi ra giấy giúp bác")
        page.get_by_role("button", name="Gửi", exact=True).click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Mở phiếu hướng dẫn").last.click()
    expect(opened.value.get_by_role("heading", name="Kế hoạch đi lại")).to_be_visible()


def test_the_browser_takes_the_linked_data_under_the_policy(open_context: OpenContext, address: str) -> None:
    page = open_context().new_page()
    response = page.goto(address + notice_path(BIRTH))
    assert response is not None
    assert "script-src 'self'" in response.headers["content-security-policy"]
    data = json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert {"cpsv:PublicService", "schema:GovernmentService"} == {node["@type"] for node in data["@graph"]}


def test_from_a_notice_the_chat_begins_with_the_procedure(open_context: OpenContext, address: str) -> None:
    page = open_context().new_page()
    page.goto(address + notice_path(BIRTH))
    page.get_by_role("button", name="Hỏi trợ lý về thủ tục này").click()
    chat = Chat(page)
    expect(chat.answers).to_have_count(1)
    expect(chat.latest).to_contain_text("Đăng ký khai sinh")
    chat.ask("lệ phí bao nhiêu")
    expect(chat.latest).to_contain_text("Lệ phí đăng ký khai sinh")


def test_without_scripts_one_gets_from_the_list_to_a_notice(open_context: OpenContext, address: str) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/thu-tuc/")
    page.get_by_label("Tên hoặc mã thủ tục").fill("dang ky khai tu")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name="Đăng ký khai tử", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký khai tử")
    expect(page.get_by_role("heading", name="Giấy tờ cần chuẩn bị")).to_be_visible()


def test_without_scripts_a_slip_is_printed_with_a_name(open_context: OpenContext, address: str, slip: str) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address + slip)
    page.get_by_label("Tên (in lên phiếu, không lưu lại)").fill("Nguyễn Thị Ỷ")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Tải PDF có tên").click()
    assert sent.value.url == f"{address}{slip}.pdf", "the name must not stand in an address"


def test_a_printed_slip_is_black_on_white_without_buttons(open_context: OpenContext, address: str, slip: str) -> None:
    page = open_context(color_scheme="dark").new_page()
    page.goto(address + slip)
    page.emulate_media(media="print")
    box = page.locator(".papers label").first
    assert box.evaluate("element => getComputedStyle(element).color") == "rgb(0, 0, 0)"
    assert page.locator("html").evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(255, 255, 255)"
    for control in (page.get_by_role("link", name="Tải phiếu bản PDF"), page.get_by_label("Tên (in lên phiếu")):
        expect(control).to_be_hidden()
    ticked = page.locator(".papers input:checked + span")
    assert ticked.evaluate("element => getComputedStyle(element).textDecorationLine") == "none"
