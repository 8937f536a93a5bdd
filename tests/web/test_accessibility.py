from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.web.chat import Chat
from tests.web.conftest import OpenContext

#: WCAG 2.2 AA, best practices, and 7:1 for text.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"color-contrast-enhanced": {"enabled": True}}}
WINDOWS = [(320, 640), (1280, 900)]
SCHEMES = ["light", "dark"]


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [f"{one['id']}: {node['html'][:150]} {node['target']}" for one in found for node in one["nodes"]]


def focused(page: Page) -> str:
    """Tag and name of what has focus, inside the chat too."""
    return str(
        page.evaluate(
            """() => { let at = document.activeElement;
                while (at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
                return `${at.tagName.toLowerCase()} ${at.textContent.trim()}`.trim(); }"""
        )
    )


def height(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["height"]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("width", "height_"), WINDOWS)
def test_axe_finds_nothing_whatever_is_open(
    open_context: OpenContext, address: str, width: int, height_: int, scheme: str
) -> None:
    context = open_context(
        viewport={"width": width, "height": height_}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    chat = Chat.open(context.new_page(), address)
    assert violations(chat.page) == []
    assert chat.overflow <= 0
    answer = chat.ask_about_birth()
    answer.get_by_role("button", name="Mở tất cả các phần").click()
    answer.get_by_text("Nguồn", exact=True).click()
    answer.get_by_role("button", name="Đánh giá").click()
    chat.page.get_by_role("button", name="Chữ to").click()
    assert violations(chat.page) == []
    assert chat.overflow <= 0
    chat.ask("cho tôi gặp cán bộ")
    chat.page.get_by_role("button", name="Thêm", exact=True).click()
    assert violations(chat.page) == []
    chat.page.get_by_role("button", name="Xoá cuộc trò chuyện").click()
    expect(chat.dialog).to_be_visible()
    assert violations(chat.page) == []
    chat.page.keyboard.press("Escape")
    chat.page.get_by_role("button", name="Gặp cán bộ").click()
    expect(chat.dialog.get_by_role("link", name="1022")).to_be_visible()
    assert violations(chat.page) == []
    assert chat.overflow <= 0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("width", "height_"), WINDOWS)
@pytest.mark.parametrize(
    "path", ["/embed", "/tra-loi/1.001193?aspects=documents,fee", "/tra-loi/huong-dan/login_vneid"]
)
def test_axe_finds_nothing_on_the_other_pages(
    open_context: OpenContext, address: str, width: int, height_: int, scheme: str, path: str
) -> None:
    context = open_context(viewport={"width": width, "height": height_}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(address + path)
    if path == "/embed":
        page.get_by_role("button", name="Hỏi thủ tục").click()
        expect(Chat(page).field).to_be_visible()
    assert violations(page) == []
    assert Chat(page).overflow <= 0


def test_the_keyboard_is_enough(chat: Chat) -> None:
    page = chat.page
    names = []
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(focused(page))
        if names[-1].startswith("textarea"):
            break
    assert [name.partition(" ")[2] for name in names[:3]] == ["Chữ to", "Gặp cán bộ", "Thêm"]
    assert names[-1] == "textarea"
    page.keyboard.type("thủ tục đăng ký khai sinh cần giấy tờ gì, lệ phí bao nhiêu")
    page.keyboard.press("Enter")
    expect(chat.answers).to_have_count(1)
    assert focused(page) == "textarea", "a reply must not take the focus"
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if "Đăng ký khai sinh" in focused(page):
            page.keyboard.press("Enter")
            break
        if "Sao chép" in focused(page):
            break
    expect(chat.boxes.first).to_be_visible()


def test_focus_goes_on_after_a_choice_and_is_never_lost(chat: Chat) -> None:
    chat.ask_about_birth()
    chat.latest.locator(".choices button").first.focus()
    count = chat.answers.count()
    chat.page.keyboard.press("Enter")
    expect(chat.answers).to_have_count(count + 1)
    assert focused(chat.page) == "textarea"


def test_on_a_touch_screen_a_choice_does_not_open_the_keyboard(open_context: OpenContext, address: str) -> None:
    context = open_context(viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    chat = Chat.open(context.new_page(), address)
    chat.page.get_by_role("button", name="Con tôi mới sinh, cần làm giấy tờ gì?").tap()
    expect(chat.answers).to_have_count(1)
    assert not focused(chat.page).startswith("textarea")


def test_escape_closes_what_is_open_and_focus_goes_back(chat: Chat) -> None:
    page = chat.page
    page.get_by_role("button", name="Gặp cán bộ").press("Enter")
    expect(chat.dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(chat.dialog).to_have_count(0)
    assert focused(page) == "button Gặp cán bộ"
    page.get_by_role("button", name="Thêm", exact=True).press("Enter")
    expect(page.get_by_role("button", name="English")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="English")).to_be_hidden()
    assert focused(page) == "button Thêm"
    answer = chat.ask_about_birth()
    answer.get_by_role("button", name="Đánh giá").press("Enter")
    answer.get_by_role("radio", name="3. Bình thường").focus()
    page.keyboard.press("Escape")
    expect(answer.get_by_role("radio", name="3. Bình thường")).to_be_hidden()
    assert focused(page) == "button Đánh giá"


def test_the_log_is_the_one_live_region(chat: Chat) -> None:
    chat.ask("cho tôi gặp cán bộ")
    live = chat.page.locator("[role=log], [role=status], [role=alert], [aria-live]")
    expect(live).to_have_count(1)
    expect(live).to_have_attribute("role", "log")


def test_what_is_pressed_is_large_enough(chat: Chat) -> None:
    answer = chat.ask_about_birth()
    answer.get_by_role("button", name="Đánh giá").click()
    pressed = chat.page.locator("motcua-chat").locator(
        "button:visible, summary:visible, .papers label:visible, .level:visible"
    )
    small = [element.inner_text() for element in pressed.all() if height(element) < 44]
    assert small == []


def test_a_focused_control_is_not_behind_the_composer(chat: Chat) -> None:
    chat.ask_about_birth()
    chat.page.locator(".composer").wait_for()
    for element in (chat.boxes.nth(1), chat.latest.get_by_role("button", name="Đánh giá")):
        chat.page.evaluate("() => scrollTo(0, 0)")
        element.focus()
        chat.page.wait_for_timeout(300)
        box, composer = element.bounding_box(), chat.page.locator(".composer").bounding_box()
        assert box is not None
        assert composer is not None
        assert box["y"] + box["height"] <= composer["y"]


def test_large_text_is_larger_and_stays(chat: Chat) -> None:
    def size() -> float:
        return float(chat.field.evaluate("element => parseFloat(getComputedStyle(element).fontSize)"))

    chat.ask("xin chào")
    assert size() >= 18
    chat.page.get_by_role("button", name="Chữ to").click()
    large = size()
    assert large >= 22
    chat.page.reload()
    expect(chat.page.get_by_role("button", name="Chữ to")).to_have_attribute("aria-pressed", "true")
    assert size() == large


def test_nothing_moves_for_those_who_asked_for_calm(open_context: OpenContext, address: str) -> None:
    chat = Chat.open(open_context(reduced_motion="reduce").new_page(), address)
    chat.page.route("**/messages", lambda _route: None)
    chat.field.fill("xin chào")
    chat.field.press("Enter")
    working = chat.page.locator(".working")
    expect(working).to_be_visible()
    assert working.evaluate("element => getComputedStyle(element, '::after').animationName") == "none"


def test_high_contrast_mode_shows_edges(open_context: OpenContext, address: str) -> None:
    chat = Chat.open(open_context(forced_colors="active").new_page(), address)
    answer = chat.ask_about_birth()
    for box in (answer.locator(".question"), answer.locator(".confirmation").first):
        expect(box).to_have_css("border-top-style", "solid")


def test_the_paper_is_black_on_white(open_context: OpenContext, address: str) -> None:
    page = open_context(color_scheme="dark").new_page()
    page.goto(f"{address}/tra-loi/1.001193?aspects=documents,fee")
    page.emulate_media(media="print")
    text = page.locator(".papers label").first
    assert text.evaluate("element => getComputedStyle(element).color") == "rgb(0, 0, 0)"
    assert page.locator("html").evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.get_by_role("link", name="Hỏi thêm trợ lý Một cửa")).to_be_hidden()
