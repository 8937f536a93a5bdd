from __future__ import annotations

import stat
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.stores import zalo
from bot.stores.database import zalo_event
from bot.stores.zalo import Event, Grant, Inbox, Summary, TokenStore, now

GRANT = Grant("access-1", "refresh-1", timedelta(hours=25))
NEXT = Grant("access-2", "refresh-2", timedelta(hours=25))


@pytest.fixture
def inbox(conversations: Engine) -> Inbox:
    return Inbox(conversations, settling=timedelta())


@pytest.fixture
def store(conversations: Engine, tmp_path: Path) -> TokenStore:
    return TokenStore(conversations, tmp_path / "journal")


def event(msg_id: str, user_id: str = "user-1", sent: float = 0, name: str = "user_send_text") -> Event:
    return Event(msg_id, user_id, name, f"text of {msg_id}", now() + timedelta(seconds=sent))


def taken(inbox: Inbox, user_id: str = "user-1") -> str | None:
    got = inbox.take(user_id)
    return got.event.msg_id if got else None


def rows(engine: Engine) -> dict[str, dict[str, object]]:
    with engine.connect() as connection:
        return {row["msg_id"]: dict(row) for row in connection.execute(sa.select(zalo_event)).mappings()}


# -- events ----------------------------------------------------------------------------------------


def test_a_repeat_is_known_also_after_it_was_answered(inbox: Inbox, conversations: Engine) -> None:
    assert inbox.add(event("a"))
    assert not inbox.add(event("a"))
    inbox.take("user-1")
    inbox.done("a")
    assert not Inbox(conversations).add(event("a"))


def test_of_concurrent_repeats_one_is_new(inbox: Inbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: inbox.add(event("a")), range(16)))
    assert results.count(True) == 1


def test_a_users_events_come_in_the_order_of_zalos_time_one_after_another(inbox: Inbox) -> None:
    for msg_id, sent in (("late", 2), ("early", 0), ("middle", 1)):
        inbox.add(event(msg_id, sent=sent))
    inbox.add(event("other", "user-2", sent=-1))
    assert taken(inbox) == "early"
    assert taken(inbox) is None  # as long as someone works at it
    inbox.done("early")
    assert [taken(inbox), inbox.done("middle"), taken(inbox)] == ["middle", None, "late"]
    assert taken(inbox, "user-2") == "other"


def test_an_event_waits_a_little_for_an_earlier_one(conversations: Engine) -> None:
    inbox = Inbox(conversations, settling=timedelta(seconds=0.3))
    inbox.add(event("second", sent=1))
    assert taken(inbox) is None
    assert 0 < (inbox.due_in("user-1") or 0) <= 0.3
    inbox.add(event("first", sent=0))
    time.sleep(0.3)
    assert inbox.waiting_users() == ["user-1"]
    assert taken(inbox) == "first"


def test_only_one_of_many_takes_an_event(inbox: Inbox) -> None:
    inbox.add(event("a"))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: taken(inbox), range(16)))
    assert sorted(map(str, got)).count("a") == 1


def test_what_a_dead_process_held_is_free_again(conversations: Engine) -> None:
    dying, living = Inbox(conversations, timedelta(), lease=timedelta(seconds=0.2)), Inbox(conversations)
    dying.add(event("a"))
    assert taken(dying) == "a"
    dying.extend("a")
    assert living.waiting_users() == []
    time.sleep(0.25)
    assert living.waiting_users() == ["user-1"]
    got = living.take("user-1")
    assert got is not None
    assert (got.event.text, got.attempt) == ("text of a", 2)


def test_what_is_still_to_be_sent_is_kept(inbox: Inbox) -> None:
    inbox.add(event("a"))
    first = inbox.take("user-1")
    assert first is not None
    assert first.unsent is None
    inbox.keep_reply("a", [{"text": "Dạ"}, {"text": "ạ"}])
    inbox.postpone("a", timedelta())
    again = inbox.take("user-1")
    assert again is not None
    assert again.unsent == ({"text": "Dạ"}, {"text": "ạ"})


def test_attempts_are_counted_unless_they_say_nothing_about_the_event(inbox: Inbox) -> None:
    inbox.add(event("a"))
    attempts = []
    for counted in (True, False, True):
        got = inbox.take("user-1")
        assert got is not None
        attempts.append(got.attempt)
        inbox.postpone("a", timedelta(), counted=counted)
    assert attempts == [1, 2, 2]


@pytest.mark.parametrize("end", ["done", "fail"])
def test_of_an_event_that_is_over_nothing_of_the_citizen_stays(inbox: Inbox, conversations: Engine, end: str) -> None:
    inbox.add(event("a"))
    inbox.take("user-1")
    inbox.keep_reply("a", [{"text": "Dạ"}])
    getattr(inbox, end)("a")
    row = rows(conversations)["a"]
    assert (row["user_id"], row["text"], row["reply"]) == ("", "", None)
    assert inbox.due_in("user-1") is None
    inbox.extend("a")
    assert inbox.waiting_users() == []


def test_pictures_that_follow_each_other_are_known(inbox: Inbox) -> None:
    events = [event(f"p{number}", sent=number, name="user_send_image") for number in range(3)]
    events.append(event("t", sent=3))
    for one in events:
        inbox.add(one)
    followed = []
    for one in events:
        followed.append(inbox.is_followed_by_another(one))
        inbox.done(one.msg_id)
    assert followed == [True, True, False, False]


def test_old_events_are_given_up_and_forgotten(
    inbox: Inbox, conversations: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for msg_id, age in (("old", timedelta(days=4)), ("late", timedelta(hours=25)), ("new", timedelta())):
        with monkeypatch.context() as then:
            then.setattr(zalo, "now", lambda age=age: now() - age)
            inbox.add(event(msg_id, f"user of {msg_id}"))
    assert inbox.tidy() == 2
    left = rows(conversations)
    assert {msg_id: row["state"] for msg_id, row in left.items()} == {"late": "failed", "new": "pending"}
    assert left["late"]["text"] == left["late"]["user_id"] == ""
    summary = inbox.summary()
    assert (summary.pending, summary.failed) == (1, 1)
    assert summary.waiting_since is not None
    assert now() - summary.waiting_since < timedelta(minutes=1)


def test_an_empty_inbox_has_nothing_to_report(inbox: Inbox) -> None:
    assert inbox.summary() == Summary(0, 0, None)
    assert (inbox.due_in("user-1"), inbox.take("user-1")) == (None, None)


# -- tokens ----------------------------------------------------------------------------------------


def test_tokens_are_kept_and_replaced(store: TokenStore, tmp_path: Path) -> None:
    assert store.read() is None
    store.connect("refresh-0", GRANT)
    pair = store.read()
    assert pair is not None
    assert (pair.access_token, pair.refresh_token) == ("access-1", "refresh-1")
    assert timedelta(hours=24.9) < pair.time_left <= timedelta(hours=25)
    store.save("refresh-1", NEXT)
    assert getattr(store.read(), "refresh_token", None) == "refresh-2"
    assert list((tmp_path / "journal").iterdir()) == []


def test_tokens_never_show(store: TokenStore) -> None:
    pair = store.connect("refresh-0", GRANT)
    assert "access-1" not in repr(pair) + repr(GRANT)
    assert "refresh-1" not in repr(pair) + repr(GRANT)


def test_one_process_at_a_time_may_refresh(store: TokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.connect("refresh-0", GRANT)
    with ThreadPoolExecutor(8) as pool:
        claims = [claim for claim in pool.map(lambda _: store.claim(), range(16)) if claim]
    assert len(claims) == 1
    store.release(claims[0] - timedelta(seconds=1))  # of someone whose time was over
    assert store.claim() is None
    store.release(claims[0])
    assert store.claim() is not None
    monkeypatch.setattr(zalo, "now", lambda: now() + zalo.REFRESH_LEASE * 1.1)
    assert store.claim() is not None


def test_new_tokens_survive_a_database_that_fails(store: TokenStore, conversations: Engine, tmp_path: Path) -> None:
    store.connect("refresh-0", GRANT)
    with conversations.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE zalo_token RENAME TO elsewhere")
    with pytest.raises(sa.exc.SQLAlchemyError) as failure:
        store.save("refresh-1", NEXT)
    assert "refresh-2" not in str(failure.value)
    with conversations.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO zalo_token")
    (left_behind,) = (tmp_path / "journal").iterdir()
    assert stat.S_IMODE(left_behind.stat().st_mode) == 0o600
    assert "refresh-1" not in left_behind.name
    assert getattr(store.read(), "refresh_token", None) == "refresh-2"


def test_a_connection_that_was_cut_off_is_taken_up(store: TokenStore, conversations: Engine) -> None:
    assert store.left_behind("pasted") is None
    with conversations.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE zalo_token RENAME TO elsewhere")
    with pytest.raises(sa.exc.SQLAlchemyError):
        store.connect("pasted", GRANT)
    grant = store.left_behind("pasted")
    assert grant is not None
    assert (grant.access_token, grant.refresh_token) == ("access-1", "refresh-1")


def test_a_journal_of_tokens_that_are_gone_is_not_taken(store: TokenStore, conversations: Engine) -> None:
    store.connect("refresh-0", GRANT)
    with conversations.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE zalo_token RENAME TO elsewhere")
    with pytest.raises(sa.exc.SQLAlchemyError):
        store.save("refresh-1", NEXT)
    with conversations.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO zalo_token")
    store.connect("refresh-of-staff", Grant("access-9", "refresh-9", timedelta(hours=25)))
    assert getattr(store.read(), "refresh_token", None) == "refresh-9"


def test_a_folder_that_cannot_be_written_loses_no_tokens(
    conversations: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    store = TokenStore(conversations, tmp_path / "file" / "journal")
    store.connect("refresh-0", GRANT)
    assert "zalo.journal_failed" in caplog.text
    # Nor does looking for what is not there.
    (tmp_path / "file").unlink()
    assert getattr(store.read(), "access_token", None) == "access-1"
