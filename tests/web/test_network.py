from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.web import flaky_proxy
from tests.web.chat import Chat
from tests.web.conftest import OpenContext
from tests.web.flaky_proxy import FlakyProxy


@pytest.fixture
def chat(open_context: OpenContext, proxy: FlakyProxy) -> Chat:
    return Chat.open(open_context().new_page(), proxy.address)


def ids(proxy: FlakyProxy) -> list[str]:
    return [json.loads(message)["id"] for message in proxy.messages]


@pytest.mark.parametrize("trouble", [flaky_proxy.GONE, flaky_proxy.CUT, flaky_proxy.FAULT])
def test_a_message_lost_on_the_way_goes_again_and_is_asked_once(chat: Chat, proxy: FlakyProxy, trouble: str) -> None:
    proxy.troubles.append(trouble)
    chat.ask("xin chào")
    assert len(ids(proxy)) == 2
    assert len(set(ids(proxy))) == 1
    chat.page.reload()
    expect(chat.answers).to_have_count(1)


@pytest.mark.parametrize("trouble", [flaky_proxy.BUSY, flaky_proxy.MANY])
def test_a_busy_server_is_waited_for(chat: Chat, proxy: FlakyProxy, trouble: str) -> None:
    proxy.troubles.append(trouble)
    chat.field.fill("xin chào")
    chat.field.press("Enter")
    expect(chat.log).to_contain_text("Nhiều người đang hỏi cùng lúc. Em tự gửi lại sau 1 giây")
    expect(chat.answers).to_have_count(1)


def test_a_slow_answer_says_so(chat: Chat, proxy: FlakyProxy) -> None:
    proxy.troubles.append(flaky_proxy.SLOW)
    chat.field.fill("xin chào")
    chat.field.press("Enter")
    expect(chat.log).to_contain_text("xin anh/chị chờ thêm chút")
    expect(chat.field).to_be_focused()
    proxy.release.set()
    expect(chat.answers).to_have_count(1)
    expect(chat.log).not_to_contain_text("xin anh/chị chờ thêm chút")


def give_up(chat: Chat) -> Locator:
    """Let the page's clock run until it tries no more; the button to send again."""
    again = chat.log.get_by_role("button", name="Gửi lại")
    for _ in range(100):
        chat.page.clock.run_for(1000)
        # Real time for the network, which does not know the page's clock.
        chat.page.evaluate("() => fetch('/motcua.svg').then((response) => response.text())")
        if again.is_visible():
            break
    return again


def test_after_some_tries_the_citizen_decides(chat: Chat, proxy: FlakyProxy) -> None:
    chat.page.clock.install()
    proxy.troubles.extend([flaky_proxy.GONE] * 5)
    chat.field.fill("xin chào")
    chat.field.press("Enter")
    again = give_up(chat)
    expect(chat.log).to_contain_text("Câu hỏi vẫn còn đây")
    assert len(proxy.messages) == 5
    again.click()
    expect(chat.answers).to_have_count(1)
    assert len(set(ids(proxy))) == 1


def test_a_reload_in_the_middle_of_a_turn_loses_and_doubles_nothing(chat: Chat, proxy: FlakyProxy) -> None:
    proxy.troubles.append(flaky_proxy.SLOW)
    chat.field.fill("xin chào")
    chat.field.press("Enter")
    expect(chat.log).to_contain_text("xin anh/chị chờ thêm chút")
    chat.page.reload()
    expect(chat.answers).to_have_count(1)
    expect(chat.turns).to_have_count(1)
    assert len(set(ids(proxy))) == 1
    proxy.release.set()
    chat.page.reload()
    expect(chat.answers).to_have_count(1)
    expect(chat.turns).to_have_count(1)


def test_messages_written_without_a_network_go_when_it_is_back(chat: Chat) -> None:
    chat.ask("xin chào")
    chat.page.context.set_offline(True)
    expect(chat.log).to_contain_text("Thiết bị đang mất mạng")
    for text in ("làm khai tử cần gì", "cảm ơn em"):
        chat.field.fill(text)
        chat.field.press("Enter")
    expect(chat.log).to_contain_text("tự gửi khi có mạng trở lại")
    expect(chat.answers).to_have_count(1)
    chat.page.context.set_offline(False)
    expect(chat.answers).to_have_count(3)
    expect(chat.log).not_to_contain_text("mất mạng")
    assert [text.rpartition(": ")[2] for text in chat.turns.locator(".question").all_text_contents()] == [
        "xin chào",
        "làm khai tử cần gì",
        "cảm ơn em",
    ]


def test_a_message_that_failed_goes_by_itself_when_the_network_is_back(chat: Chat, proxy: FlakyProxy) -> None:
    chat.page.clock.install()
    proxy.troubles.extend([flaky_proxy.GONE] * 5)
    chat.field.fill("xin chào")
    chat.field.press("Enter")
    give_up(chat)
    chat.page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(chat.answers).to_have_count(1)
    assert len(set(ids(proxy))) == 1


def test_a_message_deleted_before_it_could_go_never_goes(chat: Chat, proxy: FlakyProxy) -> None:
    chat.page.context.set_offline(True)
    chat.field.fill("xin chào")
    chat.field.press("Enter")
    expect(chat.log).to_contain_text("tự gửi khi có mạng trở lại")
    chat.delete()
    chat.page.context.set_offline(False)
    chat.ask("cảm ơn em")
    assert [json.loads(message)["text"] for message in proxy.messages] == ["cảm ơn em"]
    expect(chat.turns).to_have_count(1)


def test_a_message_written_while_the_conversation_is_fetched_is_not_lost(chat: Chat, proxy: FlakyProxy) -> None:
    chat.ask("xin chào")
    held: list[Route] = []
    chat.page.route("**/conversations/*", lambda route: held.append(route))
    chat.page.reload()
    expect(chat.log).to_contain_text("đang mở lại cuộc trò chuyện")
    chat.ask("cảm ơn em")
    for route in held:
        before = route.fetch()
        turns = [turn for turn in before.json()["turns"] if turn["question"] == "xin chào"]
        route.fulfill(response=before, json={**before.json(), "turns": turns})
    expect(chat.answers).to_have_count(2)
    assert len(ids(proxy)) == 2


def forge_token(chat: Chat) -> None:
    chat.page.evaluate(
        """() => { for (const key of Object.keys(localStorage)) {
            const kept = JSON.parse(localStorage.getItem(key));
            localStorage.setItem(key, JSON.stringify({...kept, token: "ran-out"}));
        } }"""
    )


def test_a_conversation_that_ran_out_goes_on_as_a_new_one(chat: Chat) -> None:
    chat.ask("xin chào")
    (before,) = chat.stored.values()
    forge_token(chat)
    chat.ask("cảm ơn em")
    expect(chat.log).to_contain_text("đã hết hạn nên em mở cuộc trò chuyện mới")
    (after,) = chat.stored.values()
    assert after["conversation"] != before["conversation"]
    expect(chat.turns).to_have_count(2)


def test_a_conversation_that_ran_out_is_not_restored(chat: Chat) -> None:
    chat.ask("xin chào")
    forge_token(chat)
    chat.page.reload()
    expect(chat.log).to_contain_text("đã hết hạn")
    expect(chat.turns).to_have_count(0)
    assert chat.stored == {}
    chat.ask("xin chào")


def test_a_conversation_that_cannot_be_fetched_is_tried_again(chat: Chat) -> None:
    chat.ask("xin chào")
    chat.page.route("**/conversations/*", lambda route: route.abort())
    chat.page.reload()
    expect(chat.log).to_contain_text("chưa mở lại được cuộc trò chuyện trước")
    chat.page.unroute("**/conversations/*")
    chat.log.get_by_role("button", name="Thử lại").click()
    expect(chat.answers).to_have_count(1)


def test_browsers_without_streams_or_constructable_styles_get_the_whole_answer(
    open_context: OpenContext, proxy: FlakyProxy
) -> None:
    page = open_context().new_page()
    page.add_init_script("delete window.TextDecoder; delete window.CSSStyleSheet; delete crypto.randomUUID;")
    chat = Chat.open(page, proxy.address)
    chat.ask("xin chào")
    expect(chat.field).to_have_css("border-top-style", "solid")
    assert chat.page.locator(".panel").evaluate("element => getComputedStyle(element).display") == "flex"
