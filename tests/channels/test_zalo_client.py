from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.engine import Engine

from bot.channels import zalo_client
from bot.channels.zalo_client import AccessTokens, CallFailed, NotConnected, Refused, Sender, Unavailable, ZaloApi
from bot.procedures.store import connect
from bot.settings import ROOT
from bot.stores.database import migrate
from bot.stores.zalo import Grant, TokenStore
from tests.zalo_stub import Zalo, zalo_servers

MESSAGE = {"text": "Dạ"}

#: A process of its own that needs new tokens: what is stored, Zalo's address, and code that runs before.
NEEDY = """
import asyncio, os, signal, sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from bot.channels.zalo_client import AccessTokens, ZaloApi
from bot.procedures.store import connect
from bot.stores.zalo import TokenStore
from tests.zalo_stub import Zalo

database, journal, zalo, before = sys.argv[1:]
exec(before)

async def main():
    async with aclosing(ZaloApi(Zalo(url=zalo).settings)) as api:
        return await AccessTokens(TokenStore(connect(database), Path(journal)), api).after("access-0")

print(asyncio.run(main()))
"""


@pytest.fixture
def zalo() -> Iterator[Zalo]:
    with zalo_servers() as servers:
        yield servers


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(database: Engine, tmp_path: Path) -> TokenStore:
    return connected(database, tmp_path)


def connected(engine: Engine, tmp_path: Path) -> TokenStore:
    store = TokenStore(engine, tmp_path / "journal")
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(hours=25)))
    return store


def with_sender(zalo: Zalo, store: TokenStore, use: Callable[[Sender, AccessTokens], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with aclosing(ZaloApi(zalo.settings, time_limit=1, first_pause=0.01)) as api:
            tokens = AccessTokens(store, api)
            return await use(Sender(api, tokens), tokens)

    return asyncio.run(main())


def send(zalo: Zalo, store: TokenStore) -> None:
    with_sender(zalo, store, lambda sender, _: sender.send("user-1", MESSAGE))


def counted(call: str, result: str) -> float:
    labels = {"channel": "zalo", "call": call, "result": result}
    return REGISTRY.get_sample_value("motcua_messenger_calls_total", labels) or 0


def needy(engine: Engine, zalo: Zalo, tmp_path: Path, before: str = "") -> subprocess.Popen[str]:
    database = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", NEEDY, database, str(tmp_path / "journal"), zalo.url, before]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


# -- sending ---------------------------------------------------------------------------------------


def test_a_message_is_sent(zalo: Zalo, store: TokenStore) -> None:
    before = counted("send", "ok")
    send(zalo, store)
    assert zalo.sent == [("user-1", MESSAGE)]
    assert counted("send", "ok") == before + 1


@pytest.mark.parametrize("failure", [(503, {}), (429, {}), (200, "<html>blocked</html>"), (200, "null"), -32, 1.5])
def test_what_may_pass_is_tried_again(zalo: Zalo, store: TokenStore, failure: Any) -> None:
    zalo.send_failures = [failure]
    send(zalo, store)
    assert zalo.texts() == ["Dạ"]
    assert zalo.calls.count("send") >= 1


def test_tries_are_bounded(zalo: Zalo, store: TokenStore) -> None:
    zalo.send_failures = [(500, {})] * 10
    with pytest.raises(Unavailable, match="http_500"):
        send(zalo, store)
    assert zalo.calls == ["send"] * zalo_client.MOST_TRIES
    assert counted("send", "http_500") >= zalo_client.MOST_TRIES


def test_servers_that_are_gone_are_said_to_be(zalo: Zalo, store: TokenStore) -> None:
    gone = Zalo(url="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="network"):
        send(gone, store)


@pytest.mark.parametrize(("failure", "result"), [(-201, "-201"), (-213, "-213"), ((404, {}), "http_404")])
def test_what_zalo_refuses_is_not_tried_again(zalo: Zalo, store: TokenStore, failure: Any, result: str) -> None:
    zalo.send_failures = [failure]
    with pytest.raises(Refused, match=result):
        send(zalo, store)
    assert zalo.calls == ["send"]


def test_http_200_with_an_error_is_no_success(zalo: Zalo, store: TokenStore) -> None:
    before = counted("send", "ok")
    zalo.send_failures = [-230]
    with pytest.raises(CallFailed):
        send(zalo, store)
    assert counted("send", "ok") == before


# -- tokens ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", [-216, -124, (401, {})])
def test_a_token_that_is_refused_is_refreshed_once_and_the_message_sent(
    zalo: Zalo, store: TokenStore, refusal: Any
) -> None:
    zalo.send_failures = [refusal]
    send(zalo, store)
    assert zalo.calls == ["send", "refresh", "send"]
    assert zalo.texts() == ["Dạ"]
    assert getattr(store.read(), "refresh_token", None) == "refresh-1"


def test_a_fresh_token_that_is_refused_too_ends_the_attempt(zalo: Zalo, store: TokenStore) -> None:
    zalo.send_failures = [-216, -216]
    with pytest.raises(NotConnected, match="fresh access token"):
        send(zalo, store)
    assert zalo.calls == ["send", "refresh", "send"]


def test_an_expired_token_is_not_tried(zalo: Zalo, store: TokenStore) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(seconds=-1)))
    send(zalo, store)
    assert zalo.calls == ["refresh", "send"]


def test_many_messages_at_once_refresh_once(zalo: Zalo, store: TokenStore) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(seconds=-1)))

    async def all_at_once(sender: Sender, _: AccessTokens) -> None:
        await asyncio.gather(*(sender.send(f"user-{number}", MESSAGE) for number in range(10)))

    with_sender(zalo, store, all_at_once)
    assert zalo.used == ["refresh-0"]
    assert len(zalo.sent) == 10


@pytest.mark.parametrize(("left", "refreshed"), [(timedelta(hours=3), []), (timedelta(hours=1), ["refresh-0"])])
def test_tokens_are_refreshed_ahead_of_their_end(
    zalo: Zalo, store: TokenStore, left: timedelta, refreshed: list[str]
) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", left))
    with_sender(zalo, store, lambda _, tokens: tokens.refresh_ahead())
    assert zalo.used == refreshed


def test_a_used_refresh_token_leaves_the_access_token_in_use(
    zalo: Zalo, store: TokenStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(hours=1)))
    zalo.refresh_tokens.clear()
    zalo.used.append("refresh-0")

    async def use(sender: Sender, tokens: AccessTokens) -> None:
        with pytest.raises(NotConnected, match=r"-14020.*motcua zalo connect"):
            await tokens.refresh_ahead()
        await sender.send("user-1", MESSAGE)

    with_sender(zalo, store, use)
    assert zalo.texts() == ["Dạ"]
    assert "result=-14020. Staff must run `motcua zalo connect`." in caplog.text
    assert "refresh-0" not in caplog.text


def test_a_refresh_that_failed_is_not_tried_with_every_message(zalo: Zalo, store: TokenStore) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(seconds=-1)))
    zalo.refresh_tokens.clear()

    async def use(sender: Sender, _: AccessTokens) -> None:
        for _ in range(3):
            with pytest.raises(NotConnected):
                await sender.send("user-1", MESSAGE)
        # New tokens of staff are tried at once.
        zalo.refresh_tokens.add("refresh-7")
        store.connect("of staff", Grant("access-7", "refresh-7", timedelta(seconds=-1)))
        await sender.send("user-1", MESSAGE)

    with_sender(zalo, store, use)
    assert zalo.calls == ["refresh", "refresh", "send"]


def test_an_account_never_connected_says_what_to_do(zalo: Zalo, database: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotConnected, match="motcua zalo connect"):
        send(zalo, TokenStore(database, tmp_path))


def test_whoever_stops_waiting_does_not_stop_a_refresh(zalo: Zalo, store: TokenStore) -> None:
    zalo.refresh_takes = 0.3

    async def use(_: Sender, tokens: AccessTokens) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(tokens.after("access-0"), 0.1)
        await tokens.finish()

    with_sender(zalo, store, use)
    assert getattr(store.read(), "access_token", None) == "access-1"


def test_an_answer_without_tokens_is_a_failure(zalo: Zalo, store: TokenStore) -> None:
    zalo.refresh_failures = [(200, {"access_token": "x"})]
    with pytest.raises(NotConnected, match="no_tokens"):
        with_sender(zalo, store, lambda _, tokens: tokens.after("access-0"))


def test_processes_that_refresh_at_once_use_one_token(zalo: Zalo, engine: Engine, tmp_path: Path) -> None:
    migrate(engine)
    connected(engine, tmp_path)
    zalo.refresh_takes = 2.0  # longer than the processes take to start after each other
    processes = [needy(engine, zalo, tmp_path) for _ in range(3)]
    assert {process.communicate(timeout=60)[0].strip() for process in processes} == {"access-1"}
    assert zalo.used == ["refresh-0"]
    assert list((tmp_path / "journal").iterdir()) == []


def test_a_process_killed_between_receiving_and_saving_loses_no_tokens(
    zalo: Zalo, engine: Engine, tmp_path: Path
) -> None:
    migrate(engine)
    store = connected(engine, tmp_path)
    killed = needy(engine, zalo, tmp_path, "TokenStore._replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert zalo.used == ["refresh-0"]
    started = time.monotonic()
    assert needy(engine, zalo, tmp_path).communicate(timeout=60)[0].strip() == "access-1"
    assert time.monotonic() - started < 20  # without waiting for the dead one's claim to end
    send(zalo, store)
    assert zalo.calls == ["refresh", "send"]


def test_what_is_logged_names_no_one(zalo: Zalo, store: TokenStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    zalo.send_failures = [(500, {}), -216, -213]
    zalo.refresh_failures = [(500, {})]
    with pytest.raises(Refused) as refused:
        send(zalo, store)
    logged = caplog.text + str(refused.value) + repr(zalo.settings)
    for secret in ("user-1", "access-0", "access-1", "refresh-0", "refresh-1", "app-secret", "oa-secret", "Dạ"):
        assert secret not in logged, secret
