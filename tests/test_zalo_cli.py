from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import zalo_cli
from bot.cli import app
from bot.procedures.store import connect
from bot.stores import zalo as stores
from bot.stores.database import migrate
from bot.stores.zalo import Event, Grant, Inbox, TokenStore, now
from tests.zalo_stub import APP_ID, APP_SECRET, OA_SECRET, Zalo, zalo_servers


@pytest.fixture
def zalo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zalo]:
    monkeypatch.setattr(zalo_cli, "JOURNAL", tmp_path / "journal")
    with zalo_servers() as servers:
        for name, value in {
            "CONVERSATION_DATABASE_URL": f"sqlite:///{tmp_path / 'test.db'}",
            "PUBLIC_URL": "https://motcua.example",
            "ZALO_APP_ID": APP_ID,
            "ZALO_APP_SECRET": APP_SECRET,
            "ZALO_OA_SECRET": OA_SECRET,
            "ZALO_API_URL": servers.url,
            "ZALO_OAUTH_URL": servers.url,
        }.items():
            monkeypatch.setenv(name, value)
        yield servers


@pytest.fixture
def store(zalo: Zalo, tmp_path: Path) -> Iterator[TokenStore]:
    engine = connect(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(engine)
    yield TokenStore(engine, tmp_path / "journal")
    engine.dispose()


def run(command: str, pasted: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["zalo", command], input=f"{pasted}\n")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    output = result.output
    for secret in ("access-", "refresh-", APP_SECRET, OA_SECRET):
        assert secret not in output
    return result.exit_code, output


def test_an_account_is_connected_and_found_in_order(zalo: Zalo, store: TokenStore) -> None:
    code, output = run("connect", "refresh-0")
    assert code == 0
    assert "an access token, good until" in output
    assert getattr(store.read(), "refresh_token", None) == "refresh-1"
    code, output = run("check")
    assert code == 0, output
    assert "https://motcua.example/webhooks/zalo/webhook" in output
    assert "Trung tâm Hành chính công" in output
    assert "0 waiting, 0 given up" in output
    assert "Everything is in order." in output


def test_a_used_token_says_what_to_do(zalo: Zalo, store: TokenStore) -> None:
    run("connect", "refresh-0")
    code, output = run("connect", "refresh-0")
    assert code == 1
    assert "used before" in output
    assert getattr(store.read(), "refresh_token", None) == "refresh-1"


def test_a_wrong_token_says_what_to_check(zalo: Zalo) -> None:
    code, output = run("connect", "mistyped")
    assert (code, "ZALO_APP_SECRET" in output) == (1, True)


def test_a_connection_cut_off_can_be_made_again_with_the_same_token(
    zalo: Zalo, store: TokenStore, tmp_path: Path
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'test.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE zalo_token RENAME TO elsewhere")
    code, output = run("connect", "refresh-0")
    assert (code, "again here with the same refresh token" in output) == (1, True)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO zalo_token")
    assert store.read() is None
    code, _ = run("connect", "refresh-0")
    assert code == 0
    assert zalo.used == ["refresh-0"]
    assert getattr(store.read(), "refresh_token", None) == "refresh-1"


def test_servers_that_fail_leave_the_token_for_another_try(zalo: Zalo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZALO_OAUTH_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("bot.channels.zalo_client.LONGEST_PAUSE", 0.01)
    code, output = run("connect", "refresh-0")
    assert (code, "Try again with the same token" in output) == (1, True)


@pytest.mark.parametrize("missing", ["ZALO_APP_ID", "ZALO_APP_SECRET", "ZALO_OA_SECRET"])
def test_a_missing_setting_is_named(zalo: Zalo, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setenv(missing, "")
    for command in ("check", "connect"):
        code, output = run(command, "refresh-0")
        assert code == 1
        assert f"{missing} is not set" in output
    assert zalo.calls == []


def test_an_account_never_connected_is_a_problem(zalo: Zalo) -> None:
    code, output = run("check")
    assert code == 1
    assert "run `motcua zalo connect`" in output


def test_a_token_that_zalo_does_not_take_is_a_problem(zalo: Zalo, store: TokenStore) -> None:
    store.connect("of staff", Grant("access-of-old", "refresh-of-old", timedelta(hours=3)))
    code, output = run("check")
    assert code == 1
    assert "run `motcua zalo connect`" in output


def test_an_address_that_zalo_cannot_reach_is_a_problem(
    zalo: Zalo, monkeypatch: pytest.MonkeyPatch, store: TokenStore
) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(hours=3)))
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:5005")
    code, output = run("check")
    assert code == 1
    assert "Problem: PUBLIC_URL" in output


def test_servers_that_are_gone_are_a_problem(zalo: Zalo, monkeypatch: pytest.MonkeyPatch, store: TokenStore) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(hours=3)))
    monkeypatch.setenv("ZALO_API_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("bot.channels.zalo_client.LONGEST_PAUSE", 0.01)
    code, output = run("check")
    assert code == 1
    assert "http://127.0.0.1:9" in output


def test_an_event_that_waits_too_long_is_a_problem(
    zalo: Zalo, store: TokenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.connect("of staff", Grant("access-0", "refresh-0", timedelta(hours=3)))
    inbox = Inbox(connect(f"sqlite:///{tmp_path / 'test.db'}"))
    with monkeypatch.context() as then:
        then.setattr(stores, "now", lambda: now() - timedelta(hours=1))
        inbox.add(Event("m1", "user-1", "user_send_text", "x", now()))
    code, output = run("check")
    assert code == 1
    assert "1 waiting, 0 given up" in output
    assert "Is Motcua running" in output
