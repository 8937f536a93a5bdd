from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels import calls, webhook
from bot.channels.messenger import LONGEST_TITLE, MessengerInput, elements
from bot.channels.turns import Answer
from bot.dialogue.buttons import Button
from bot.procedures.model import Procedure
from bot.procedures.portal_guides import Guide
from tests.buttons import every_button
from tests.platform_stub import Call, Platform, Reply, eventually
from tests.sanic_server import serving

SECRET, TOKEN, VERIFY = "app-secret-of-the-test", "EAAG-page-token", "verify-me"
SEND = "/me/messages"
CITIZEN = "7300112233445566"
CHOICES = [
    Button.of("Sang tên sổ đỏ (chuyển nhượng, tặng cho, thừa kế)", "choose", procedure="1.012784"),
    Button.of("Cấp lại sổ đỏ", "choose", procedure="1.012786"),
    Button.of("Không phải các thủ tục này", "deny"),
]
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
        if message.text == "sổ đỏ":
            text = f"Dạ, anh/chị cần thủ tục nào ạ?\n1. {CHOICES[0].title}\n2. {CHOICES[1].title}"
            await channel.send_text_with_buttons(sender, text, [vars(button) for button in CHOICES])
        elif message.text == "dài":
            await channel.send_text_message(sender, "\n\n".join(f"{n}. " + "giấy tờ " * 60 for n in range(60)))
            custom = {"outcome": "answered", "aspects": ["documents"], "procedures": [{"code": "1.001193"}]}
            await channel.send_custom_json(sender, custom)
        else:
            await channel.send_text_message(sender, f"Đoạn một: {message.text}\n\nĐoạn hai")


@pytest.fixture
def graph() -> Platform:
    return Platform(Reply({"recipient_id": CITIZEN, "message_id": "m_1"}))


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
def address(graph: Platform, rasa: Rasa) -> Iterator[str]:
    with serving(graph.app) as graph_url:
        channel = MessengerInput.from_credentials(
            {"verify": VERIFY, "secret": SECRET, "page-access-token": TOKEN, "graph-url": f"{graph_url}/v25.0"}
        )
        app = Sanic(f"messenger_{next(_NUMBERS)}", configure_logging=False)
        app.blueprint(channel.blueprint(rasa), url_prefix="/webhooks/messenger")
        with serving(app) as url:
            yield f"{url}/webhooks/messenger/webhook"


def event(**content: Any) -> dict[str, Any]:
    return {"sender": {"id": CITIZEN}, "recipient": {"id": "page"}, "timestamp": 1, **content}


def said(text: str, mid: str = "") -> dict[str, Any]:
    return event(message={"mid": mid or f"m-{next(_NUMBERS)}", "text": text})


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def deliver(address: str, *events: dict[str, Any]) -> httpx.Response:
    body = json.dumps({"object": "page", "entry": [{"id": "page", "messaging": [e]} for e in events]}).encode()
    return HTTP.post(address, content=body, headers={"X-Hub-Signature-256": sign(body)})


def texts(sent: list[Call]) -> list[str]:
    return [call.body["message"]["text"] for call in sent]


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("motcua_refused_total", {"channel": "messenger", "reason": reason}) or 0.0


def called(result: str) -> float:
    labels = {"channel": "messenger", "call": "send", "result": result}
    return REGISTRY.get_sample_value("motcua_messenger_calls_total", labels) or 0.0


def test_a_question_is_acknowledged_and_answered_whole(address: str, graph: Platform, rasa: Rasa) -> None:
    assert deliver(address, said("khai sinh cần gì")).status_code == 200
    (call,) = graph.wait(SEND)
    assert call.body["recipient"] == {"id": CITIZEN}
    assert call.body["messaging_type"] == "RESPONSE"
    assert call.body["message"] == {"text": "Đoạn một: khai sinh cần gì\n\nĐoạn hai"}
    assert call.query["access_token"] == TOKEN
    assert call.query["appsecret_proof"] == hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    (message,) = rasa.asked
    assert message.input_channel == "messenger"
    assert CITIZEN not in message.sender_id


def test_citizens_keep_their_conversation_and_have_one_each(address: str, graph: Platform, rasa: Rasa) -> None:
    deliver(address, said("một"), {**said("hai"), "sender": {"id": "8"}}, said("ba"))
    graph.wait(SEND, 3)
    conversations = {message.text: message.sender_id for message in rasa.asked}
    assert conversations["một"] == conversations["ba"] != conversations["hai"]


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "new=0"},
        {"X-Hub-Signature-256": "md5=" + hmac.new(SECRET.encode(), b"{}", "md5").hexdigest()},
        {"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), b"{}", "sha1").hexdigest()},
        {"X-Hub-Signature-256": sign(b"{}", "another secret")},
        {"X-Hub-Signature-256": b"sha256=\xc3\xa9\xff"},
    ],
)
def test_what_meta_did_not_sign_is_refused(address: str, header: dict[str, Any], rasa: Rasa) -> None:
    before = refused("signature")
    assert HTTP.post(address, content=b"{}", headers=header).status_code == 401
    assert refused("signature") == before + 1
    assert rasa.asked == []


def test_a_signed_body_that_was_changed_is_refused(address: str) -> None:
    body = json.dumps({"entry": []}).encode()
    answer = HTTP.post(address, content=body + b" ", headers={"X-Hub-Signature-256": sign(body)})
    assert answer.status_code == 401


def test_a_large_body_is_refused(address: str, rasa: Rasa) -> None:
    assert deliver(address, said("x" * webhook.MOST_BYTES)).status_code == 413
    assert rasa.asked == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"entry": [1]}', b'{"entry": [{"messaging": [{"message": {"text": "a"}}]}]}']
)
def test_a_form_unknown_to_us_is_taken_and_counted(address: str, body: bytes) -> None:
    before = refused("content")
    assert HTTP.post(address, content=body, headers={"X-Hub-Signature-256": sign(body)}).status_code == 200
    assert refused("content") == before + 1


def test_meta_verifies_the_address(address: str) -> None:
    good = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = HTTP.get(address, params=good)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("token", ["", "verify-m", "vérify-me", None])
def test_nobody_else_does(address: str, token: str | None) -> None:
    given = {"hub.mode": "subscribe", "hub.challenge": "1"} | ({"hub.verify_token": token} if token is not None else {})
    assert HTTP.get(address, params=given).status_code == 403


@pytest.mark.parametrize(
    ("typed", "reached"),
    [
        ("/restart", "restart"),
        ("/session_start", "session_start"),
        ('/ask{"procedure": "1.001193"}', 'ask{"procedure": "1.001193"}'),
        ("///", "?"),
    ],
)
def test_no_command_reaches_rasa(address: str, graph: Platform, rasa: Rasa, typed: str, reached: str) -> None:
    deliver(address, said(typed))
    graph.wait(SEND)
    assert [message.text for message in rasa.asked] == [reached]


@pytest.mark.parametrize("how", ["quick_reply", "postback"])
def test_a_pressed_button_is_understood(address: str, graph: Platform, rasa: Rasa, how: str) -> None:
    payload = CHOICES[0].payload
    if how == "quick_reply":
        pressed = event(message={"mid": "q-1", "text": "1. Sang tên sổ đỏ…", "quick_reply": {"payload": payload}})
    else:
        pressed = event(postback={"title": "Bắt đầu", "payload": payload})
    deliver(address, pressed)
    graph.wait(SEND)
    assert [message.text for message in rasa.asked] == [payload]


def test_choices_become_numbered_quick_replies(address: str, graph: Platform) -> None:
    deliver(address, said("sổ đỏ"))
    (call,) = graph.wait(SEND)
    replies = call.body["message"]["quick_replies"]
    assert [reply["payload"] for reply in replies] == [button.payload for button in CHOICES]
    assert [reply["title"] for reply in replies] == ["1. Sang tên sổ đỏ (…", "2. Cấp lại sổ đỏ", "3. Không phải các t…"]
    assert call.body["message"]["text"].splitlines()[-2:] == ["", "3. Không phải các thủ tục này"]
    assert call.body["message"]["text"].count(CHOICES[0].title) == 1


def test_short_titles_are_left_alone() -> None:
    answer = Answer("Dạ.", ({"title": "Phí, lệ phí", "payload": '/ask{"aspect": "fee"}'},))
    (element,) = elements(answer)
    assert element.to_dict()["text"] == "Dạ."
    assert element.to_dict()["quick_replies"][0]["title"] == "Phí, lệ phí"


def test_what_does_not_fit_is_cut_and_linked(address: str, graph: Platform) -> None:
    deliver(address, said("dài"))
    sent = texts(graph.wait(SEND, 4))
    assert all(len(text.encode("utf-16-le")) // 2 <= 2000 for text in sent)
    assert "http://127.0.0.1:5005/tra-loi/1.001193?aspects=documents" in sent[-1]
    assert not any("/tra-loi/" in text for text in sent[:-1])


def test_every_button_of_the_data_fits(procedures: dict[str, Procedure], guides: list[Guide]) -> None:
    for button in every_button(procedures, guides):
        (element,) = elements(Answer("Dạ.", (vars(button),)))
        (reply,) = element.to_dict()["quick_replies"]
        assert reply["payload"] == button.payload
        assert len(reply["payload"].encode()) <= 1000
        assert 0 < len(reply["title"]) <= LONGEST_TITLE
        assert reply["title"] == button.title or f"1. {button.title}" in element.to_dict()["text"]


@pytest.mark.parametrize(
    ("attachment", "reply"),
    [
        ({"type": "image", "payload": {"url": "https://cdn.example/1.jpg"}}, "chưa xem được ảnh"),
        ({"type": "image", "payload": {"url": "https://cdn.example/1.jpg", "sticker_id": 369239263222822}}, "cảm ơn"),
        ({"type": "audio", "payload": {"url": "https://cdn.example/1.mp4"}}, "chưa nghe được"),
        ({"type": "video", "payload": {}}, "chưa xem được video"),
        ({"type": "file", "payload": None}, "chưa đọc được tệp"),
        ({"type": "location", "payload": {"coordinates": {"lat": 20.9, "long": 106.0}}}, "vị trí"),
        ({"type": "fallback", "title": "a page"}, "đường dẫn"),
        ({"type": "something new"}, "bằng chữ"),
    ],
)
def test_what_is_no_words_gets_a_kind_reply(
    address: str, graph: Platform, rasa: Rasa, attachment: dict[str, Any], reply: str
) -> None:
    deliver(address, event(message={"mid": "a-1", "attachments": [attachment]}))
    (text,) = texts(graph.wait(SEND))
    assert reply in text
    assert rasa.asked == []


def test_notices_are_not_answered(address: str, graph: Platform, rasa: Rasa) -> None:
    deliver(
        address,
        event(message={"mid": "e-1", "text": "ours", "is_echo": True}),
        event(delivery={"mids": ["m"], "watermark": 1}),
        event(read={"watermark": 1}),
        event(reaction={"mid": "m", "action": "react", "emoji": "❤"}),
        said("xong"),
    )
    graph.wait(SEND)
    assert [message.text for message in rasa.asked] == ["xong"]


def test_a_repeated_message_is_answered_once(address: str, graph: Platform, rasa: Rasa) -> None:
    for _ in range(3):
        assert deliver(address, said("chậm", "same")).status_code == 200
    deliver(address, said("sau"))
    graph.wait(SEND, 2)
    assert [message.text for message in rasa.asked] == ["chậm", "sau"]


def test_a_message_is_forgotten_in_time(address: str, graph: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "REMEMBERED_FOR", 0.0)
    deliver(address, said("một", "same"))
    deliver(address, said("một", "same"))
    assert len(graph.wait(SEND, 2)) == 2


def test_only_so_many_messages_are_remembered(address: str, graph: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "MOST_REMEMBERED", 1)
    deliver(address, said("một", "same"), said("hai"), said("một", "same"))
    assert len(graph.wait(SEND, 3)) == 3


def test_answers_come_in_order(address: str, graph: Platform) -> None:
    deliver(address, said("chậm"), said("nhanh"))
    assert [text.split("\n")[0] for text in texts(graph.wait(SEND, 2))] == ["Đoạn một: chậm", "Đoạn một: nhanh"]


def test_a_failing_turn_ends_in_an_apology(address: str, graph: Platform) -> None:
    assert deliver(address, said("hỏng")).status_code == 200
    (text,) = texts(graph.wait(SEND))
    assert "xin lỗi" in text


def test_a_flood_from_one_citizen_is_cut(address: str, graph: Platform, rasa: Rasa) -> None:
    before = refused("rate")
    deliver(address, *[said(f"tin {n}") for n in range(webhook.MOST_PER_MINUTE + 5)])
    graph.wait(SEND, webhook.MOST_PER_MINUTE)
    assert len(rasa.asked) == webhook.MOST_PER_MINUTE
    assert refused("rate") == before + 5


def test_meta_is_asked_to_come_again_when_all_are_busy(
    address: str, graph: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "MOST_AT_ONCE", 1)
    first, second = said("chậm"), said("nhanh")
    assert deliver(address, first).status_code == 200
    assert deliver(address, second).status_code == 503
    graph.wait(SEND)
    eventually(lambda: deliver(address, second).status_code == 200)
    graph.wait(SEND, 2)


@pytest.mark.parametrize(
    "failure",
    [
        Reply({}, 502),
        Reply({"error": {"message": "(#2) Service temporarily unavailable", "code": 2}}, 500),
        Reply({"error": {"message": "(#613) Calls have exceeded the rate limit", "code": 613}}, 400),
    ],
)
def test_a_passing_failure_is_tried_again(address: str, graph: Platform, failure: Reply) -> None:
    graph.next.append(failure)
    before = called("ok")
    deliver(address, said("chào"))
    assert len(graph.wait(SEND, 2)) == 2
    eventually(lambda: called("ok") == before + 1)


def test_a_refusal_is_not(address: str, graph: Platform) -> None:
    before = called("190")
    graph.next.append(Reply({"error": {"message": "Invalid OAuth access token.", "code": 190}}, 401))
    deliver(address, said("dài"))
    eventually(lambda: called("190") == before + 1)
    deliver(address, said("chào"))
    assert texts(graph.wait(SEND, 2))[-1].startswith("Đoạn một: chào")


def test_a_slow_meta_does_not_hold_up_the_acknowledgement(
    address: str, graph: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.messenger.TIME_LIMITS", (1.0, 0.2))
    before = called("ReadTimeout")
    graph.next.append(Reply({}, after=1.0))
    assert deliver(address, said("chào")).elapsed.total_seconds() < 0.5
    assert len(graph.wait(SEND, 2)) == 2
    assert called("ReadTimeout") == before + 1


def test_no_log_tells_who_said_what(
    address: str, graph: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    graph.next.extend([Reply({"error": {"message": f"No matching user {CITIZEN}", "code": 100}}, 400), Reply({}, 502)])
    before = called("ok")
    deliver(address, said("tôi là Nguyễn Văn A"), said("hỏng"), event(message={"mid": "s", "sticker_id": 1}))
    eventually(lambda: called("ok") >= before + 2)
    assert "messenger.call_failed call=send result=100" in caplog.text
    for secret in (CITIZEN, "Nguyễn", "Đoạn", TOKEN, SECRET):
        assert secret not in caplog.text


def test_meta_out_of_reach_ends_after_a_few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_backoff", lambda _: 0.0)
    channel = MessengerInput(VERIFY, SECRET, TOKEN, "http://127.0.0.1:9")
    (element,) = elements(Answer("Dạ."))
    before = called("ConnectionError")
    assert asyncio.run(channel._send(channel.get_output_channel(), CITIZEN, element)) is False
    assert called("ConnectionError") == before + calls.MOST_TRIES


@pytest.mark.parametrize("missing", ["verify", "secret", "page-access-token"])
def test_a_channel_without_its_secrets_does_not_start(missing: str) -> None:
    given = {"verify": VERIFY, "secret": SECRET, "page-access-token": TOKEN, missing: ""}
    with pytest.raises(Exception, match="credentials"):
        MessengerInput.from_credentials(given)
