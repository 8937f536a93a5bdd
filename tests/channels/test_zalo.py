from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from rasa.core.channels.channel import UserMessage
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine

from bot.channels import zalo_queue, zalo_reply
from bot.channels.zalo import LARGEST_BODY, ZaloInput
from bot.procedures.store import connect
from bot.settings import DEFAULTS, ROOT, SettingError
from bot.stores.database import migrate, zalo_event
from bot.stores.zalo import Event, Grant, Inbox, TokenStore, now
from tests.channels.zalo_channel import served
from tests.zalo_stub import OA_SECRET, Zalo, deliver, event, signature, zalo_servers

WORDS = Path(zalo_reply.__file__).parent / "templates" / "messengers.yml"
REPLIES = YAML(typ="safe").load(WORDS.read_text(encoding="utf-8"))["replies"]
Serve = Callable[..., AbstractContextManager[str]]


class Rasa:
    """In Rasa's place: says what it heard; on request slow, or silent until told."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.at_work = 0
        self.most_at_work = 0

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        while not self.may_answer.is_set():
            await asyncio.sleep(0.01)
        self.at_work -= 1
        await message.output_channel.send_text_message(message.sender_id, f"Nghe: {message.text}")

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.heard]


@pytest.fixture
def zalo() -> Iterator[Zalo]:
    with zalo_servers() as servers:
        yield servers


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(engine)
    TokenStore(engine, tmp_path).connect("of staff", Grant("access-0", "refresh-0", timedelta(hours=25)))
    yield engine
    engine.dispose()


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
def serve(zalo: Zalo, database: Engine, tmp_path: Path, rasa: Rasa, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """The channel, to be started in a test (again)."""
    monkeypatch.setattr(zalo_queue, "FIRST_PAUSE", timedelta(seconds=0.05))
    monkeypatch.setattr(zalo_queue, "UNCONNECTED_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(zalo_queue, "LOOK_EVERY", 0.2)
    return lambda **changes: served(zalo.settings, database, tmp_path, rasa, **changes)


@pytest.fixture
def channel(serve: Serve) -> Iterator[str]:
    with serve() as address:
        yield address


def states(database: Engine) -> dict[str, str]:
    with database.connect() as connection:
        return dict(connection.execute(sa.select(zalo_event.c.msg_id, zalo_event.c.state)).all())


def stored(text: str, sent: float) -> Event:
    return Event(f"id of {text}", "user-1", "user_send_text", text, now() + timedelta(seconds=sent))


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("motcua_refused_total", {"channel": "zalo", "reason": reason}) or 0


# -- who may come in -------------------------------------------------------------------------------


def test_a_signed_event_is_answered(channel: str, zalo: Zalo, database: Engine) -> None:
    response = deliver(channel, event("làm căn cước cần gì", "m1"))
    assert (response.status_code, response.content) == (200, b"")
    zalo.wait_for(1)
    assert zalo.sent == [("user-1", {"text": "Nghe: làm căn cước cần gì"})]
    wait_until(lambda: states(database) == {"m1": "done"})


def test_what_zalo_did_not_sign_is_refused(channel: str, database: Engine) -> None:
    content = event("x", "m1")
    body, timestamp = json.dumps(content, ensure_ascii=False).encode(), content["timestamp"]
    forged = [
        "",
        "mac=",
        "mac=é",
        signature(body, timestamp, "app-secret"),
        signature(body, timestamp + "0"),
        signature(body + b" ", timestamp),
        signature(body, timestamp).removeprefix("mac="),
    ]
    before = refused("signature")
    for header in forged:
        response = deliver(channel, content, **{"X-ZEvent-Signature": header})
        assert (response.status_code, response.content) == (401, b""), header
    assert httpx.post(f"{channel}/webhooks/zalo/webhook", content=body).status_code == 401
    assert refused("signature") == before + len(forged) + 1
    assert states(database) == {}


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24 * 365])
def test_what_is_not_of_now_is_refused(channel: str, database: Engine, minutes: int) -> None:
    before = refused("replay")
    timestamp = str(int((time.time() + minutes * 60) * 1000))
    assert deliver(channel, event("x", "m1", timestamp=timestamp)).status_code == 401
    assert refused("replay") == before + 1
    assert states(database) == {}


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e3", "9" * 40, "²", None, [], 1.5])
def test_a_time_that_is_none_is_refused(channel: str, timestamp: Any) -> None:
    content = {**event("x", "m1"), "timestamp": timestamp}
    assert deliver(channel, content).status_code == 401


def test_a_time_may_be_a_number(channel: str, zalo: Zalo) -> None:
    assert deliver(channel, event("x", "m1", timestamp=int(time.time() * 1000))).status_code == 200
    zalo.wait_for(1)


def test_another_app_is_refused(channel: str) -> None:
    content = event("x", "m1", app_id="99")
    body = json.dumps(content, ensure_ascii=False).encode()
    header = signature(body, content["timestamp"])
    assert deliver(channel, content).status_code == 401
    assert deliver(channel, content, **{"X-ZEvent-Signature": header}).status_code == 401


def test_a_body_too_large_is_refused(channel: str) -> None:
    before = refused("size")
    assert deliver(channel, event("x" * LARGEST_BODY, "m1")).status_code == 413
    assert refused("size") == before + 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 60000, b'{"app_id": null}'])
def test_what_is_no_event_is_refused(channel: str, body: bytes) -> None:
    response = httpx.post(f"{channel}/webhooks/zalo/webhook", content=body, headers={"X-ZEvent-Signature": "mac=1"})
    assert (response.status_code, response.content) == (401, b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"event_name": "oa_send_text"},
        {"event_name": "user_seen_message"},
        {"event_name": "unfollow", "follower": {"id": "user-1"}, "sender": None, "message": None},
        {"event_name": "something_new"},
        {"event_name": None},
        {"event_name": ["user_send_text"]},
        {"sender": None},
        {"sender": "user-1"},
        {"sender": {"id": 7}},
        {"sender": {"id": "u" * 100}},
    ],
)
def test_what_calls_for_no_reply_is_acknowledged_and_left(
    channel: str, database: Engine, changes: dict[str, Any]
) -> None:
    assert deliver(channel, event("x", "m1", **changes)).status_code == 200
    assert states(database) == {}


# -- acknowledged first, answered once -------------------------------------------------------------


def test_the_acknowledgement_comes_before_the_answer_and_after_the_event_is_safe(
    channel: str, zalo: Zalo, rasa: Rasa, database: Engine
) -> None:
    rasa.may_answer.clear()
    assert deliver(channel, event("x", "m1")).status_code == 200
    assert states(database) == {"m1": "pending"}
    assert zalo.sent == []
    rasa.may_answer.set()
    zalo.wait_for(1)


def test_repeats_are_acknowledged_and_answered_once(channel: str, zalo: Zalo, rasa: Rasa) -> None:
    content = event("x", "m1")
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: deliver(channel, content), range(8)))
    assert {response.status_code for response in responses} == {200}
    zalo.wait_for(1)
    assert deliver(channel, content).status_code == 200
    assert deliver(channel, event("y", "m2")).status_code == 200
    zalo.wait_for(2)
    assert rasa.texts == ["x", "y"]


def test_a_repeat_after_a_restart_is_known(serve: Serve, zalo: Zalo, rasa: Rasa) -> None:
    content = event("x", "m1")
    with serve() as address:
        deliver(address, content)
        zalo.wait_for(1)
    with serve() as address:
        assert deliver(address, content).status_code == 200
        deliver(address, event("y", "m2"))
        zalo.wait_for(2)
    assert rasa.texts == ["x", "y"]


def test_events_out_of_order_are_answered_in_zalos_order(channel: str, zalo: Zalo, rasa: Rasa) -> None:
    start = int(time.time() * 1000)
    for place in (2, 0, 1):
        deliver(channel, event(f"tin {place}", f"m{place}", timestamp=str(start + place)))
    zalo.wait_for(3)
    assert rasa.texts == ["tin 0", "tin 1", "tin 2"]
    assert rasa.most_at_work == 1


def test_citizens_do_not_wait_for_each_other(channel: str, zalo: Zalo, rasa: Rasa) -> None:
    rasa.may_answer.clear()
    for number in range(2):
        deliver(channel, event("x", f"m{number}", user_id=f"user-{number}"))
    wait_until(lambda: rasa.at_work == 2)
    rasa.may_answer.set()
    zalo.wait_for(2)


@pytest.mark.parametrize("limit", ["MOST_AT_ONCE", "MOST_TURNS"])
def test_not_more_citizens_are_answered_at_once_than_there_are_places(
    serve: Serve, zalo: Zalo, rasa: Rasa, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(zalo_queue, limit, 2)
    rasa.may_answer.clear()
    with serve() as address:
        for number in range(5):
            deliver(address, event("x", f"m{number}", user_id=f"user-{number}"))
        wait_until(lambda: rasa.at_work == 2)
        rasa.may_answer.set()
        zalo.wait_for(5)
    assert rasa.most_at_work == 2


def test_a_program_that_floods_gets_no_answer_to_the_rest(
    serve: Serve, database: Engine, rasa: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo.MOST_PER_MINUTE", 3)
    before = refused("rate")
    with serve() as address:
        responses = [deliver(address, event("x", f"m{number}")) for number in range(5)]
    assert {response.status_code for response in responses} == {200}
    assert len(states(database)) == 3
    assert refused("rate") == before + 2


def test_an_inbox_that_fails_is_not_acknowledged(
    channel: str, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE zalo_event RENAME TO elsewhere")
    response = deliver(channel, event("câu hỏi riêng", "m1"))
    assert (response.status_code, response.content) == (503, b"")
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO zalo_event")
    assert "câu hỏi riêng" not in caplog.text
    assert deliver(channel, event("câu hỏi riêng", "m1")).status_code == 200


# -- what is lost when something breaks: nothing ---------------------------------------------------


def test_what_a_process_left_is_taken_up_at_the_next_start(serve: Serve, zalo: Zalo, database: Engine) -> None:
    inbox = Inbox(database, timedelta(), lease=timedelta())
    inbox.add(stored("first", 0))
    inbox.add(stored("second", 1))
    inbox.take("user-1")  # and then the process dies
    with serve():
        zalo.wait_for(2)
    assert zalo.texts() == ["Nghe: first", "Nghe: second"]


def test_a_killed_process_loses_no_question(zalo: Zalo, database: Engine, tmp_path: Path, serve: Serve) -> None:
    script = """
import asyncio, sys, threading
from pathlib import Path
from bot.procedures.store import connect
from tests.channels.zalo_channel import served
from tests.zalo_stub import Zalo

async def rasa(message):
    await asyncio.sleep(60)

database, journal, zalo = sys.argv[1:]
with served(Zalo(url=zalo).settings, connect(database), Path(journal), rasa) as address:
    print(address, flush=True)
    threading.Event().wait()
"""
    command = [sys.executable, "-c", script, str(database.url), str(tmp_path), zalo.url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert deliver(address, event("x", "m1")).status_code == 200
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    with database.begin() as connection:
        connection.execute(sa.update(zalo_event).values(due_at=now()))  # as if its lease were over
    with serve():
        zalo.wait_for(1)
    assert zalo.texts() == ["Nghe: x"]


def test_a_send_that_fails_is_made_up_for_without_a_second_turn(
    channel: str, zalo: Zalo, rasa: Rasa, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    zalo.send_failures = [(500, {})] * 4
    deliver(channel, event("x", "m1"))
    zalo.wait_for(1)
    assert rasa.texts == ["x"]
    wait_until(lambda: states(database) == {"m1": "done"})
    assert "zalo.send_postponed attempt=1 result=http_500" in caplog.text


def test_of_an_answer_of_several_messages_only_the_unsent_are_sent_again(channel: str, zalo: Zalo, rasa: Rasa) -> None:
    zalo.send_failures = [None, *[(500, {})] * 4]
    deliver(channel, event("Một câu hỏi dài. " * 200, "m1"))
    zalo.wait_for(2)
    assert zalo.texts()[0].startswith("Nghe: Một câu hỏi dài.")
    assert not zalo.texts()[1].startswith("Nghe")
    assert len(rasa.heard) == 1


def test_a_refused_message_is_given_up_and_the_next_is_answered(
    channel: str, zalo: Zalo, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    zalo.send_failures = [-213]
    deliver(channel, event("x", "m1"))
    wait_until(lambda: states(database) == {"m1": "failed"})
    deliver(channel, event("y", "m2"))
    zalo.wait_for(1)
    assert "zalo.event_failed result=-213" in caplog.text


def test_attempts_are_bounded(channel: str, zalo: Zalo, database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zalo_queue, "MOST_ATTEMPTS", 2)
    zalo.send_failures = [(404, {}), *[-32] * 99]
    deliver(channel, event("x", "m1"))
    wait_until(lambda: states(database) == {"m1": "failed"})
    zalo.calls.clear()
    deliver(channel, event("y", "m2"))
    wait_until(lambda: states(database) == {"m1": "failed", "m2": "failed"})
    assert zalo.calls == ["send"] * 6  # two attempts of three tries


def test_an_event_that_ends_the_process_each_time_is_given_up(serve: Serve, database: Engine, rasa: Rasa) -> None:
    inbox = Inbox(database, timedelta(), lease=timedelta())
    inbox.add(stored("x", 0))
    for _ in range(zalo_queue.MOST_ATTEMPTS):
        inbox.take("user-1")
    with serve():
        wait_until(lambda: set(states(database).values()) == {"failed"})
    assert rasa.texts == []


def test_without_tokens_questions_wait_for_staff_however_often_that_is_found(
    channel: str,
    zalo: Zalo,
    database: Engine,
    tmp_path: Path,
    rasa: Rasa,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zalo_queue, "MOST_ATTEMPTS", 2)
    zalo.access_tokens.clear()
    zalo.refresh_tokens.clear()
    zalo.used.append("refresh-0")
    deliver(channel, event("x", "m1"))
    wait_until(lambda: caplog.text.count("zalo.not_connected") > 3)
    assert "motcua zalo connect" in caplog.text
    assert states(database) == {"m1": "pending"}
    zalo.access_tokens.add("access-9")
    TokenStore(database, tmp_path).connect("of staff", Grant("access-9", "refresh-9", timedelta(hours=25)))
    zalo.wait_for(1)
    assert rasa.texts == ["x"]


def test_an_expired_access_token_is_nothing_citizens_notice(channel: str, zalo: Zalo) -> None:
    zalo.access_tokens.clear()
    deliver(channel, event("x", "m1"))
    zalo.wait_for(1)
    assert zalo.calls == ["send", "refresh", "send"]


def test_a_slow_zalo_holds_up_no_acknowledgement(channel: str, zalo: Zalo) -> None:
    zalo.send_failures = [3.0]
    deliver(channel, event("x", "m1"))
    wait_until(lambda: not zalo.send_failures)  # the slow call is under way
    assert deliver(channel, event("y", "m2", user_id="user-2")).status_code == 200
    zalo.wait_for(1)
    assert zalo.texts() == ["Nghe: y"]


def test_a_turn_that_fails_ends_in_an_apology(zalo: Zalo, database: Engine, tmp_path: Path) -> None:
    async def failing(_: UserMessage) -> None:
        raise RuntimeError

    with served(zalo.settings, database, tmp_path, failing) as address:
        deliver(address, event("x", "m1"))
        zalo.wait_for(1)
    assert "xin lỗi" in zalo.texts()[0]


# -- what is said ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(REPLIES))
def test_what_is_no_text_gets_a_kind_reply(channel: str, zalo: Zalo, rasa: Rasa, kind: str) -> None:
    name = kind if kind == "follow" else f"user_send_{kind}"
    content = event("", "m1", event_name=name, message={"msg_id": "m1", "attachments": [{"type": "x"}]})
    assert deliver(channel, content).status_code == 200
    zalo.wait_for(1)
    assert zalo.texts() == [REPLIES[kind]]
    assert rasa.heard == []
    assert len(REPLIES[kind]) < 600


def test_a_follower_is_greeted_once(channel: str, zalo: Zalo, database: Engine) -> None:
    content = event("", "", event_name="follow", sender=None, message=None, follower={"id": "user-1"})
    deliver(channel, content)
    deliver(channel, content)
    zalo.wait_for(1)
    assert zalo.sent == [("user-1", {"text": REPLIES["follow"]})]
    ((msg_id, _),) = states(database).items()
    assert "user-1" not in msg_id


def test_an_album_gets_one_reply(channel: str, zalo: Zalo, database: Engine) -> None:
    for number in range(4):
        deliver(channel, event("", f"m{number}", event_name="user_send_image", message={"msg_id": f"m{number}"}))
    wait_until(lambda: set(states(database).values()) == {"done"})
    assert len(zalo.sent) == 1


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("https://dichvucong.gov.vn/x thủ tục này cần gì", ["https://dichvucong.gov.vn/x thủ tục này cần gì"]),
        ("https://dichvucong.gov.vn/x", []),
        (None, []),
    ],
)
def test_words_beside_a_link_are_answered(
    channel: str, zalo: Zalo, rasa: Rasa, text: str | None, heard: list[str]
) -> None:
    deliver(channel, event("", "m1", event_name="user_send_link", message={"msg_id": "m1", "text": text}))
    zalo.wait_for(1)
    assert rasa.texts == heard


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ('/ask{"aspect": "fee"}', '/ask{"aspect": "fee"}'),
        ("/restart", "restart"),
        ("", "?"),
        (None, "?"),
        (7, "?"),
        ("a\x00b\ud800c", "abc"),
        ("x" * 60000, "x" * 2000),
    ],
    ids=range(7),
)
def test_texts_are_guarded(channel: str, zalo: Zalo, rasa: Rasa, text: Any, heard: str) -> None:
    content = event("", "m1", message={"text": text, "msg_id": "m1"})
    body = json.dumps(content).encode()
    header = {"X-ZEvent-Signature": signature(body, content["timestamp"])}
    assert httpx.post(f"{channel}/webhooks/zalo/webhook", content=body, headers=header).status_code == 200
    zalo.wait_for(1)
    assert rasa.texts == [heard]


def test_a_conversation_does_not_tell_who_it_is(channel: str, zalo: Zalo, rasa: Rasa) -> None:
    for number, user in enumerate(("user-1", "user-2", "user-1")):
        deliver(channel, event("x", f"m{number}", user_id=user))
        zalo.wait_for(number + 1)
    first, second, third = (message.sender_id for message in rasa.heard)
    assert first == third != second
    assert "user" not in first
    assert {message.input_channel for message in rasa.heard} == {"zalo"}
    assert [message.message_id for message in rasa.heard] == ["m0", "m1", "m2"]


def test_nothing_personal_is_logged_or_stays(
    channel: str, zalo: Zalo, rasa: Rasa, database: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rasa.may_answer.clear()
    zalo.send_failures = [(500, {})] * 3 + [-216]
    deliver(channel, event("cccd của em là 034195001234", "m1", user_id="3216904426693862293"))
    with database.connect() as connection:
        assert connection.execute(sa.select(zalo_event.c.text)).scalar() == "cccd của em là [số định danh]"
    rasa.may_answer.set()
    zalo.wait_for(1)
    wait_until(lambda: states(database) == {"m1": "done"})
    with database.begin() as connection:
        assert dict(connection.execute(sa.select(zalo_event)).mappings().one())["text"] == ""
        rows = str(connection.execute(sa.select(zalo_event)).all())
    logged = caplog.text + rows
    for personal in ("034195001234", "3216904426693862293", "cccd", "access-0", "refresh-0", OA_SECRET):
        assert personal not in logged, personal


# -- settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["ZALO_APP_ID", "ZALO_APP_SECRET", "ZALO_OA_SECRET"])
def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in ("ZALO_APP_ID", "ZALO_APP_SECRET", "ZALO_OA_SECRET"):
        monkeypatch.setenv(name, "" if name == missing else "given")
    with pytest.raises(SettingError, match=f"needs {missing}:"):
        ZaloInput.from_credentials(None)


def test_the_settings_make_the_channel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ZALO_APP_ID", "ZALO_APP_SECRET", "ZALO_OA_SECRET"):
        assert DEFAULTS[name] == ""
        monkeypatch.setenv(name, "given")
    monkeypatch.setenv("CONVERSATION_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    assert ZaloInput.from_credentials(None).url_prefix() == "zalo"
