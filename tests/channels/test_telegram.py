from __future__ import annotations

import asyncio
import itertools
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels import calls, telegram, webhook
from bot.channels.guard import admit
from bot.channels.telegram import LONGEST_DATA, TelegramInput, compact, expand, keyboard
from bot.channels.turns import Answer
from bot.dialogue.buttons import BUTTON_INTENTS, Button, is_button
from bot.procedures.model import Procedure
from bot.procedures.portal_guides import Guide
from tests.buttons import every_button
from tests.platform_stub import Call, Platform, Reply, eventually
from tests.sanic_server import serving

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
WEBHOOK_URL = "https://motcua.example/webhooks/telegram/webhook"
CITIZEN = 5550112233
SENT = {"ok": True, "result": {"message_id": 1, "date": 0, "chat": {"id": CITIZEN, "type": "private"}}}
CHOICES = [
    Button.of("Sang tên sổ đỏ (chuyển nhượng, tặng cho, thừa kế)", "choose", procedure="1.012784"),
    Button.of("Không phải các thủ tục này", "deny"),
]
#: Longer than any in the data, as long as the schema of procedures allows.
LONGEST_KEY = "k" * 48
_NUMBERS = itertools.count()
#: One for all tests: making a client reads all certificates.
HTTP = httpx.Client(timeout=5)


class Rasa:
    """Plays Rasa; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[UserMessage] = []

    async def __call__(self, message: UserMessage) -> None:
        self.asked.append(message)
        channel, sender = message.output_channel, message.sender_id
        if message.text == "hỏng":
            raise RuntimeError("broken")
        if message.text == "chậm":
            await asyncio.sleep(0.5)
        if message.text == "dài":
            await channel.send_text_message(sender, "\n\n".join(f"{n}. " + "giấy tờ " * 60 for n in range(60)))
            await channel.send_custom_json(sender, {"outcome": "portal_guide", "topic": "pay_online"})
        elif message.text == "sổ đỏ":
            await channel.send_text_with_buttons(sender, "Thủ tục nào ạ?", [vars(button) for button in CHOICES])
        else:
            await channel.send_text_message(sender, f"Đoạn một: {message.text}\n\nĐoạn hai")


@pytest.fixture
def api() -> Platform:
    return Platform(Reply(SENT))


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
def channel(api: Platform) -> Iterator[TelegramInput]:
    with serving(api.app) as url:
        yield TelegramInput.from_credentials({"access_token": TOKEN, "webhook_url": WEBHOOK_URL, "api_url": url})


@pytest.fixture
def address(channel: TelegramInput, rasa: Rasa) -> Iterator[str]:
    with serving(app_of(channel, rasa)) as url:
        yield f"{url}/webhooks/telegram/webhook"


def app_of(channel: TelegramInput, rasa: Rasa) -> Sanic:
    app = Sanic(f"telegram_{next(_NUMBERS)}", configure_logging=False)
    app.blueprint(channel.blueprint(rasa), url_prefix="/webhooks/telegram")
    return app


def message(chat_type: str = "private", **content: Any) -> dict[str, Any]:
    user = {"id": CITIZEN, "is_bot": False, "first_name": "Nguyễn Văn A"}
    chat = {"id": CITIZEN, "type": chat_type, "first_name": "Nguyễn Văn A"}
    return {"message_id": 7, "date": 1, "from": user, "chat": chat, **content}


def said(text: str) -> dict[str, Any]:
    return {"update_id": next(_NUMBERS), "message": message(text=text)}


def pressed(data: str) -> dict[str, Any]:
    query = {"id": "press-1", "from": {"id": CITIZEN}, "message": message(text="ours"), "data": data}
    return {"update_id": next(_NUMBERS), "callback_query": query}


def deliver(address: str, update: dict[str, Any]) -> httpx.Response:
    secret = TelegramInput(TOKEN, WEBHOOK_URL).secret
    return HTTP.post(address, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret})


def texts(sent: list[Call]) -> list[str]:
    return [call.body["text"] for call in sent]


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("motcua_refused_total", {"channel": "telegram", "reason": reason}) or 0.0


def called(result: str, call: str = "send") -> float:
    labels = {"channel": "telegram", "call": call, "result": result}
    return REGISTRY.get_sample_value("motcua_messenger_calls_total", labels) or 0.0


def test_a_question_is_acknowledged_and_answered_whole(address: str, api: Platform, rasa: Rasa) -> None:
    assert deliver(address, said("khai sinh cần gì")).status_code == 200
    (call,) = api.wait("/sendMessage")
    assert call.path == f"bot{TOKEN}/sendMessage"
    assert call.body["chat_id"] == str(CITIZEN)
    assert call.body["text"] == "Đoạn một: khai sinh cần gì\n\nĐoạn hai"
    assert "reply_markup" not in call.body
    (asked,) = rasa.asked
    assert asked.input_channel == "telegram"
    assert str(CITIZEN) not in asked.sender_id


@pytest.mark.parametrize("secret", [None, "", TOKEN, "0" * 64, b"\xc3\xa9\xff"])
def test_what_telegram_did_not_send_is_refused(address: str, rasa: Rasa, secret: Any) -> None:
    before = refused("signature")
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    assert HTTP.post(address, json=said("chào"), headers=headers).status_code == 401
    assert refused("signature") == before + 1
    assert rasa.asked == []


def test_a_large_body_is_refused(address: str, rasa: Rasa) -> None:
    assert deliver(address, said("x" * webhook.MOST_BYTES)).status_code == 413
    assert rasa.asked == []


@pytest.mark.parametrize("update", [[], {"message": 1}, {"update_id": 1, "message": {"chat": {}}}])
def test_a_form_unknown_to_us_is_taken_and_counted(address: str, update: Any) -> None:
    before = refused("content")
    assert deliver(address, update).status_code == 200
    assert refused("content") == before + 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_can_make_us_set_the_webhook(address: str, api: Platform, method: str) -> None:
    api.wait("/setWebhook")
    assert HTTP.request(method, address.replace("/webhook", "/set_webhook")).status_code == 404
    assert HTTP.get(address).status_code == 405
    assert len(api.at("/setWebhook")) == 1


def test_the_webhook_is_set_with_the_secret(address: str, api: Platform) -> None:
    (call,) = api.wait("/setWebhook")
    assert call.body["url"] == WEBHOOK_URL
    assert json.loads(call.body["allowed_updates"]) == ["message", "edited_message", "callback_query"]
    given = {"X-Telegram-Bot-Api-Secret-Token": call.body["secret_token"]}
    assert HTTP.post(address, json=said("chào"), headers=given).status_code == 200
    assert TOKEN not in call.body["secret_token"]


def test_a_start_neither_fails_nor_waits_when_telegram_fails(
    channel: TelegramInput, api: Platform, rasa: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(telegram, "TIME_LIMIT", 0.2)
    monkeypatch.setattr(calls, "_backoff", lambda _: 0.0)
    unauthorized = Reply({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
    api.next.extend([Reply({}, after=1.0), Reply({}, 502), unauthorized, unauthorized])
    started = time.monotonic()
    app = app_of(channel, rasa)
    with serving(app) as url:
        assert time.monotonic() - started < 1.5
        api.wait("/setWebhook", 5)
        assert deliver(f"{url}/webhooks/telegram/webhook", said("chào")).status_code == 200
        api.wait("/sendMessage")
    assert called("TimeoutError", "register") >= 1
    assert called("Unauthorized", "register") >= 2


def test_making_the_channel_calls_nobody(rasa: Rasa) -> None:
    TelegramInput(TOKEN, WEBHOOK_URL, "http://127.0.0.1:9").blueprint(rasa)


@pytest.mark.parametrize(
    ("typed", "reached"),
    [
        ("/restart", "làm lại từ đầu"),
        ("/start", "xin chào"),
        ("/start qr-123", "xin chào"),
        ("/help", "bạn giúp được gì"),
        ("/session_start", "session_start"),
        ('/ask{"procedure": "1.001193"}', 'ask{"procedure": "1.001193"}'),
        ("///", "?"),
    ],
)
def test_no_command_reaches_rasa(address: str, api: Platform, rasa: Rasa, typed: str, reached: str) -> None:
    deliver(address, said(typed))
    api.wait("/sendMessage")
    assert [asked.text for asked in rasa.asked] == [reached]


def test_buttons_are_sent_one_a_row_and_come_back(address: str, api: Platform, rasa: Rasa) -> None:
    deliver(address, said("sổ đỏ"))
    (call,) = api.wait("/sendMessage")
    rows = json.loads(call.body["reply_markup"])["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [[choice.title] for choice in CHOICES]
    for (button,) in rows:
        deliver(address, pressed(button["callback_data"]))
    api.wait("/sendMessage", 3)
    assert [asked.text for asked in rasa.asked[1:]] == [choice.payload for choice in CHOICES]
    assert api.wait("/answerCallbackQuery", 2)[0].body == {"callback_query_id": "press-1"}


@pytest.mark.parametrize("data", ["restart", "/restart", "session_start:1", 'ask:{"a": 1}', "choose:", ":"])
def test_a_forged_button_is_words(address: str, api: Platform, rasa: Rasa, data: str) -> None:
    deliver(address, pressed(data))
    api.wait("/sendMessage")
    (asked,) = rasa.asked
    assert not asked.text.startswith("/")


def test_every_button_of_the_data_fits(procedures: dict[str, Procedure], guides: list[Guide]) -> None:
    longest = Button.of("Có", "answer_case", case_answer=LONGEST_KEY)
    for button in [*every_button(procedures, guides), longest]:
        data = compact(button.payload)
        assert len(data.encode()) <= LONGEST_DATA, data
        assert expand(data) == admit(button.payload) == button.payload


@pytest.mark.parametrize(("intent", "entity"), BUTTON_INTENTS.items())
def test_every_kind_of_button_can_be_shortened(intent: str, entity: str | None) -> None:
    button = Button.of("", intent, **({entity: "1.001193"} if entity else {}))
    assert expand(compact(button.payload)) == button.payload
    assert is_button(button.payload)


def test_a_button_that_does_not_fit_costs_no_answer() -> None:
    buttons = [vars(Button.of("x", "answer_case", case_answer="k" * 64)), vars(CHOICES[1])]
    markup = keyboard(Answer("Dạ.", tuple(buttons)))
    assert markup is not None
    assert [[button.callback_data for button in row] for row in markup.inline_keyboard] == [["deny"]]


def test_what_does_not_fit_is_cut_and_linked(address: str, api: Platform) -> None:
    deliver(address, said("dài"))
    sent = texts(api.wait("/sendMessage", 3))
    assert all(len(text.encode("utf-16-le")) // 2 <= 4096 for text in sent)
    assert "http://127.0.0.1:5005/tra-loi/huong-dan/pay_online" in sent[-1]


@pytest.mark.parametrize(
    ("content", "reply"),
    [
        ({"sticker": {"file_id": "s", "emoji": "👍"}}, "cảm ơn"),
        ({"photo": [{"file_id": "p"}]}, "chưa xem được ảnh"),
        ({"animation": {"file_id": "g"}, "document": {"file_id": "g"}}, "bằng chữ"),
        ({"document": {"file_id": "d"}}, "chưa đọc được tệp"),
        ({"voice": {"file_id": "v"}}, "chưa nghe được"),
        ({"video_note": {"file_id": "v"}}, "chưa xem được video"),
        ({"location": {"latitude": 20.9, "longitude": 106.0}}, "vị trí"),
        ({"contact": {"phone_number": "0912345678"}}, "danh thiếp"),
        ({"poll": {"id": "1"}}, "bằng chữ"),
    ],
)
def test_what_is_no_words_gets_a_kind_reply(
    address: str, api: Platform, rasa: Rasa, content: dict[str, Any], reply: str
) -> None:
    deliver(address, {"update_id": next(_NUMBERS), "message": message(**content)})
    (text,) = texts(api.wait("/sendMessage"))
    assert reply in text
    assert rasa.asked == []


def test_words_below_a_picture_and_corrected_words_are_read(address: str, api: Platform, rasa: Rasa) -> None:
    deliver(address, {"update_id": next(_NUMBERS), "message": message(photo=[{"file_id": "p"}], caption="một")})
    deliver(address, {"update_id": next(_NUMBERS), "edited_message": message(text="hai")})
    api.wait("/sendMessage", 2)
    assert [asked.text for asked in rasa.asked] == ["một", "hai"]


def test_an_album_gets_one_reply(address: str, api: Platform, rasa: Rasa) -> None:
    album = str(next(_NUMBERS))
    for picture in ("p1", "p2", "p3"):
        content = message(photo=[{"file_id": picture}], media_group_id=album)
        deliver(address, {"update_id": next(_NUMBERS), "message": content})
    deliver(address, said("xong"))
    assert len(api.wait("/sendMessage", 2)) == 2


def test_groups_and_notices_are_not_answered(address: str, api: Platform, rasa: Rasa) -> None:
    deliver(address, {"update_id": next(_NUMBERS), "message": message("supergroup", text="trong nhóm")})
    deliver(address, {"update_id": next(_NUMBERS), "message": message(pinned_message=message(text="x"))})
    deliver(address, {"update_id": next(_NUMBERS), "my_chat_member": {"chat": {"id": CITIZEN}}})
    deliver(address, said("xong"))
    api.wait("/sendMessage")
    assert [asked.text for asked in rasa.asked] == ["xong"]


def test_a_repeated_update_is_answered_once(address: str, api: Platform, rasa: Rasa) -> None:
    update = said("chậm")
    for _ in range(3):
        assert deliver(address, update).status_code == 200
    deliver(address, said("sau"))
    api.wait("/sendMessage", 2)
    assert [asked.text for asked in rasa.asked] == ["chậm", "sau"]


def test_a_failing_turn_ends_in_an_apology(address: str, api: Platform) -> None:
    deliver(address, said("hỏng"))
    (text,) = texts(api.wait("/sendMessage"))
    assert "xin lỗi" in text


def test_an_answer_under_way_survives_a_stop(channel: TelegramInput, api: Platform, rasa: Rasa) -> None:
    with serving(app_of(channel, rasa)) as url:
        deliver(f"{url}/webhooks/telegram/webhook", said("chậm"))
    assert texts(api.at("/sendMessage")) == ["Đoạn một: chậm\n\nĐoạn hai"]


@pytest.mark.parametrize(
    "failure",
    [
        Reply({"ok": False, "description": "Internal Server Error: restart"}, 500),
        Reply({"ok": False, "description": "Bad Gateway"}, 502),
        Reply({"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 1}}, 429),
    ],
)
def test_a_passing_failure_is_tried_again(address: str, api: Platform, failure: Reply) -> None:
    api.wait("/setWebhook")
    api.next.append(failure)
    deliver(address, said("chào"))
    assert len(api.wait("/sendMessage", 2)) == 2


@pytest.mark.parametrize(
    ("failure", "result"),
    [
        (Reply({"ok": False, "description": "Forbidden: bot was blocked by the user"}, 403), "BotBlocked"),
        (Reply({"ok": False, "description": "Slow down", "parameters": {"retry_after": 300}}, 429), "RetryAfter"),
    ],
)
def test_a_lasting_failure_is_not(address: str, api: Platform, failure: Reply, result: str) -> None:
    api.wait("/setWebhook")
    before = called(result)
    api.next.append(failure)
    deliver(address, said("dài"))
    eventually(lambda: called(result) == before + 1)
    deliver(address, said("chào"))
    assert texts(api.wait("/sendMessage", 2))[-1].startswith("Đoạn một: chào")


def test_a_slow_telegram_does_not_hold_up_the_acknowledgement(
    api: Platform, rasa: Rasa, channel: TelegramInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "TIME_LIMIT", 0.2)
    with serving(app_of(channel, rasa)) as url:
        api.wait("/setWebhook")
        api.next.append(Reply(SENT, after=1.0))
        assert deliver(f"{url}/webhooks/telegram/webhook", said("chào")).elapsed.total_seconds() < 0.5
        assert len(api.wait("/sendMessage", 2)) == 2


def test_no_log_tells_who_said_what(address: str, api: Platform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    api.wait("/setWebhook")
    api.next.append(Reply({"ok": False, "description": f"Bad Request: chat {CITIZEN} not found"}, 400))
    before = called("ok")
    deliver(address, said("tôi là Nguyễn Văn A"))
    eventually(lambda: "telegram.call_failed call=send result=" in caplog.text)
    deliver(address, said("hỏng"))
    eventually(lambda: called("ok") == before + 1)
    for secret in (str(CITIZEN), "Nguyễn", "Đoạn", TOKEN):
        assert secret not in caplog.text


@pytest.mark.parametrize("missing", ["access_token", "webhook_url"])
def test_a_channel_without_its_secrets_does_not_start(missing: str) -> None:
    given = {"access_token": TOKEN, "webhook_url": WEBHOOK_URL, missing: ""}
    with pytest.raises(Exception, match="credentials"):
        TelegramInput.from_credentials(given)
