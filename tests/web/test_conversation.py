from __future__ import annotations

import re

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from tests.live import Live
from tests.web.chat import BIRTH, BIRTH_NAME, Chat
from tests.web.conftest import OpenContext


def test_a_whole_conversation(chat: Chat) -> None:
    expect(chat.log).to_contain_text("trợ lý tự động")
    expect(chat.log).to_contain_text("đừng nhập số căn cước")
    chat.ask_about_birth()
    expect(chat.latest.get_by_role("heading", name=BIRTH_NAME, exact=True)).to_be_visible()
    expect(chat.latest.get_by_role("heading", name="Giấy tờ cần chuẩn bị")).to_be_visible()
    chat.ask("lệ phí bao nhiêu")
    expect(chat.latest.locator(".stands-out")).to_contain_text("Phí, lệ phí")
    chat.latest.get_by_text("Nguồn", exact=True).click()
    source = chat.latest.locator(".sources a")
    expect(source).to_have_attribute("href", re.compile(r"^https://"))
    expect(source).to_have_attribute("rel", "noopener noreferrer")
    chat.ask("cho tôi gặp cán bộ")
    expect(chat.latest.get_by_role("link", name="1022")).to_have_attribute("href", "tel:1022")
    chat.ask("cảm ơn em")
    expect(chat.latest.get_by_role("button", name="Đánh giá")).to_have_count(0)


def test_an_example_is_asked_with_one_press(chat: Chat) -> None:
    chat.page.get_by_role("button", name="Đăng ký kết hôn cần giấy tờ gì, nộp ở đâu?").click()
    expect(chat.answers).to_have_count(1)
    expect(chat.latest.locator(".question")).to_contain_text("Đăng ký kết hôn")
    expect(chat.page.locator(".examples")).to_be_hidden()


def test_nothing_is_kept_before_the_first_message(chat: Chat) -> None:
    chat.page.get_by_role("button", name="Chữ to").click()
    chat.menu("English")
    assert chat.stored == {}
    assert chat.page.context.cookies() == []
    chat.ask("xin chào")
    (kept,) = chat.stored.values()
    assert (kept["lang"], kept["large"]) == ("en", True)
    assert chat.page.context.cookies() == []


def test_only_the_latest_reply_offers_buttons(chat: Chat) -> None:
    chat.ask_about_birth()
    expect(chat.latest.locator(".choices button").first).to_be_visible()
    chat.ask("lệ phí bao nhiêu")
    expect(chat.turns.locator(".choices")).to_have_count(1)
    expect(chat.latest.locator(".choices")).to_have_count(1)


def test_a_long_answer_comes_in_stages(chat: Chat) -> None:
    chat.ask_about_birth()
    folded = chat.latest.locator("details.group:not([open])")
    assert folded.count() >= 3
    expect(chat.latest.locator("details.group[open]")).to_have_count(1)
    chat.latest.get_by_role("button", name="Mở tất cả các phần").click()
    expect(folded).to_have_count(0)


def test_ticks_survive_a_reload(chat: Chat) -> None:
    chat.ask_about_birth()
    expect(chat.latest.locator("p.count").first).to_have_text("đã có 0/2")
    chat.boxes.nth(1).check()
    expect(chat.latest.locator("p.count").first).to_have_text("đã có 1/2")
    chat.page.reload()
    expect(chat.boxes.nth(1)).to_be_checked()
    expect(chat.boxes.nth(0)).not_to_be_checked()
    expect(chat.latest.locator("p.count").first).to_have_text("đã có 1/2")
    chat.ask(BIRTH)
    if chat.latest.locator(".papers").count() == 0:
        chat.choose(BIRTH_NAME)
    expect(chat.boxes.nth(1)).to_be_checked()


def test_ticked_papers_are_sent_to_learn_what_is_missing(chat: Chat) -> None:
    chat.ask_about_birth()
    ask = chat.latest.get_by_role("button", name="Xem còn thiếu gì")
    expect(ask).to_have_count(0)
    chat.latest.get_by_role("button", name="Mở tất cả các phần").click()
    names = [chat.boxes.nth(number).locator("xpath=..").inner_text() for number in (0, 2)]
    chat.boxes.nth(0).check()
    chat.boxes.nth(2).check()
    expect(ask).to_be_visible()
    before = chat.answers.count()
    ask.press("Enter")
    expect(chat.answers).to_have_count(before + 1)
    first, second = (name.rpartition(" – ")[0] for name in names)
    expect(chat.latest.locator(".question")).to_contain_text(f"Tôi đã có: {first}; {second}. Còn thiếu gì?")


def test_nothing_is_asked_of_papers_once_they_are_unticked(chat: Chat) -> None:
    chat.ask_about_birth()
    chat.boxes.first.check()
    ask = chat.latest.get_by_role("button", name="Xem còn thiếu gì")
    expect(ask).to_be_visible()
    chat.page.reload()
    expect(ask).to_be_visible()
    chat.boxes.first.uncheck()
    expect(ask).to_be_hidden()


def test_many_papers_are_cut_at_a_whole_name(chat: Chat) -> None:
    chat.ask_about_birth()
    name = "Giấy xác nhận " + "rất dài " * 110
    for number in range(3):
        box = chat.boxes.nth(number)
        box.evaluate("(box, text) => { box.nextSibling.textContent = text; }", f"{name}{number} – nộp 1 bản chính")
        box.check()
    before = chat.answers.count()
    chat.latest.get_by_role("button", name="Xem còn thiếu gì").click()
    expect(chat.answers).to_have_count(before + 1)
    expect(chat.latest.locator(".question")).to_contain_text(f"Tôi đã có: {name}0; {name}1. Còn thiếu gì?")


def test_a_conversation_is_there_again_after_a_reload(chat: Chat) -> None:
    chat.ask_about_birth()
    asked = chat.turns.locator(".question").all_text_contents()
    chat.page.reload()
    expect(chat.answers).to_have_count(len(asked))
    assert chat.turns.locator(".question").all_text_contents() == asked
    expect(chat.latest.locator(".choices button").first).to_be_visible()


def test_a_rating_arrives(chat: Chat, motcua: Live) -> None:
    answer = chat.ask_about_birth()
    answer.get_by_role("button", name="Đánh giá").click()
    answer.get_by_role("button", name="Gửi đánh giá").click()
    expect(answer).to_contain_text("chọn giúp em một mức")
    answer.get_by_role("radio", name="4. Hài lòng").check()
    answer.get_by_label("Vì sao ạ?").fill("dễ hiểu lắm em")
    answer.get_by_role("button", name="Gửi đánh giá").click()
    expect(answer).to_contain_text("cảm ơn anh/chị đã đánh giá")
    report = httpx.get(
        f"http://127.0.0.1:{motcua.port}/staff/ratings", auth=("staff", "mat-khau-thu-nghiem"), timeout=30
    )
    assert "dễ hiểu lắm em" in report.text


def test_a_question_left_for_a_person_is_found_by_its_code(chat: Chat, motcua: Live) -> None:
    chat.page.get_by_role("button", name="Gặp cán bộ").click()
    expect(chat.dialog.get_by_role("link", name="1800 1096")).to_be_visible()
    chat.dialog.get_by_role("button", name="Gửi cán bộ").click()
    expect(chat.dialog).to_contain_text("viết câu hỏi giúp em")
    chat.dialog.get_by_label("Câu hỏi gửi cán bộ").fill("Nhà tôi xây không phép thì sao?")
    chat.dialog.get_by_role("button", name="Gửi cán bộ").click()
    code = chat.dialog.locator(".code").inner_text()
    lookup = chat.dialog.get_by_label("Mã câu hỏi")
    lookup.fill(code.lower())
    lookup.press("Enter")
    expect(chat.dialog.locator(".result")).to_contain_text("Nhà tôi xây không phép thì sao?")
    expect(chat.dialog.locator(".result")).to_contain_text("Cán bộ chưa trả lời")
    questions = httpx.get(
        f"http://127.0.0.1:{motcua.port}/staff/questions", auth=("staff", "mat-khau-thu-nghiem"), timeout=30
    )
    assert "Nhà tôi xây không phép" in questions.text
    lookup.fill("AAAA-BBBB-CCCC")
    lookup.press("Enter")
    expect(chat.dialog.locator(".result")).to_contain_text("không tìm thấy mã này")


def test_deleting_forgets_everything(chat: Chat) -> None:
    chat.ask_about_birth()
    chat.boxes.first.check()
    chat.menu("Xoá cuộc trò chuyện")
    chat.dialog.get_by_role("button", name="Thôi").click()
    expect(chat.answers).not_to_have_count(0)
    chat.delete()
    expect(chat.turns).to_have_count(0)
    assert chat.stored == {}
    chat.page.reload()
    expect(chat.field).to_be_visible()
    expect(chat.turns).to_have_count(0)


def second_tab(context: BrowserContext, address: str) -> Chat:
    return Chat.open(context.new_page(), address)


def test_two_tabs_share_a_conversation(open_context: OpenContext, address: str) -> None:
    context = open_context()
    one, other = Chat.open(context.new_page(), address), second_tab(context, address)
    one.page.bring_to_front()
    one.ask_about_birth()
    expect(other.answers).to_have_count(one.answers.count())
    one.boxes.first.check()
    expect(other.boxes.first).to_be_checked()
    other.ask("lệ phí bao nhiêu")
    expect(one.answers).to_have_count(other.answers.count())
    assert one.turns.count() == other.turns.count()
    expect(one.latest).to_contain_text("Phí, lệ phí")
    one.page.bring_to_front()
    one.delete()
    expect(other.turns).to_have_count(0)
    assert other.stored == {}


def test_english_is_a_switch_for_the_frame(chat: Chat) -> None:
    chat.ask_about_birth()
    chat.field.fill("lệ phí")
    chat.menu("English")
    expect(chat.page.get_by_role("button", name="Large text")).to_be_visible()
    expect(chat.page.locator("html")).to_have_attribute("lang", "en")
    expect(chat.page.get_by_text("Assistant for administrative procedures", exact=True)).to_be_visible()
    expect(chat.field).to_have_value("lệ phí")
    expect(chat.latest.locator(".body")).to_have_attribute("lang", "vi")
    expect(chat.latest.locator("p.count").first).to_have_text("have 0 of 2")
    chat.page.reload()
    expect(chat.page.get_by_role("button", name="Large text")).to_be_visible()


def test_copying_takes_the_plain_text(open_context: OpenContext, address: str) -> None:
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    chat = Chat.open(context.new_page(), address)
    answer = chat.ask_about_birth()
    answer.get_by_role("button", name="Sao chép", exact=True).click()
    expect(answer.get_by_role("button", name="Đã sao chép")).to_be_visible()
    copied = chat.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("ĐĂNG KÝ KHAI SINH")
    assert "☐" in copied


def test_enter_sends_and_shift_enter_makes_a_line(chat: Chat) -> None:
    chat.field.click()
    chat.page.keyboard.type("xin chào")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("em ơi")
    assert chat.field.input_value() == "xin chào\nem ơi"
    assert int(chat.field.get_attribute("rows") or 0) == 2
    chat.page.keyboard.press("Enter")
    expect(chat.answers).to_have_count(1)


def test_enter_belongs_to_the_input_method_while_it_composes(chat: Chat) -> None:
    chat.field.fill("đăng ký khai sinh")
    chat.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    chat.field.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    expect(chat.turns).to_have_count(0)
    expect(chat.field).to_have_value("đăng ký khai sinh")


def test_a_long_message_is_counted_kindly(chat: Chat) -> None:
    counter = chat.page.locator(".counter")
    chat.field.fill("a" * 1799)
    expect(counter).to_be_empty()
    chat.field.fill("a" * 1950)
    expect(counter).to_have_text("Còn 50 ký tự")
    chat.field.fill("")
    chat.field.focus()
    chat.page.keyboard.insert_text("a" * 2500)
    assert len(chat.field.input_value()) == 2000
    expect(counter).to_contain_text("Đã đủ 2.000 ký tự")


def test_staff_see_why(open_context: OpenContext, address: str) -> None:
    context = open_context(http_credentials={"username": "staff", "password": "mat-khau-thu-nghiem"})
    chat = Chat.open(context.new_page(), f"{address}/staff")
    answer = chat.ask("thủ tục đăng ký khai tử")
    answer.get_by_text("Vì sao trả lời như vậy").click()
    trace = answer.locator(".trace")
    expect(trace.get_by_role("meter").first).to_be_visible()
    expect(trace).to_contain_text("%")


def test_personal_data_is_masked_in_what_is_shown(chat: Chat) -> None:
    chat.ask("số căn cước của tôi là 034085001234, làm khai sinh cần gì")
    expect(chat.latest.locator(".question")).not_to_contain_text("034085001234")


def test_the_printed_page_is_the_answer_alone(chat: Chat) -> None:
    page: Page = chat.page
    chat.ask_about_birth()
    chat.ask("lệ phí bao nhiêu")
    page.evaluate("() => { window.print = () => dispatchEvent(new Event('beforeprint')) }")
    birth = chat.turns.filter(has=page.locator(".papers")).first
    birth.get_by_role("button", name="In", exact=True).click()
    page.emulate_media(media="print")
    expect(birth).to_be_visible()
    expect(chat.latest).to_be_hidden()
    for hidden in (chat.field, page.locator(".intro"), birth.locator(".actions"), page.locator(".bar")):
        expect(hidden).to_be_hidden()
    expect(birth.locator("details:not([open])")).to_have_count(0)
    expect(birth.locator("details.group .papers").last).to_be_visible()
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(chat.latest).to_be_visible()
    assert birth.locator("details:not([open])").count() > 0
