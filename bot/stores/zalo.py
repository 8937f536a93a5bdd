"""Zalo's state in the conversation database: events to be answered, and the tokens of the account."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.settings import ROOT
from bot.stores.database import zalo_event, zalo_token

logger = logging.getLogger(__name__)

PENDING, DONE, FAILED = "pending", "done", "failed"
#: Older ones are given up: the citizen has long gone elsewhere.
LONGEST_WAIT = timedelta(hours=24)
#: Where new tokens are put the moment they arrive; it must outlive a restart.
JOURNAL = ROOT / "var"
#: How long an event is remembered, so that a repeat is known for one.
KEPT = timedelta(days=3)
#: An event waits this long for an earlier one that arrives later.
SETTLING = timedelta(milliseconds=400)
#: Who works at an event, or refreshes the tokens, and says nothing for so long is taken for dead.
EVENT_LEASE = timedelta(seconds=30)
REFRESH_LEASE = timedelta(seconds=60)

#: Taken from an event once it is answered or given up: nothing of the citizen stays.
_EMPTIED = {"user_id": "", "text": "", "reply": None}


def now() -> datetime:
    """The time, UTC, as the database keeps it."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


# -- events ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """A webhook event of a citizen; the text is masked, the time is Zalo's in UTC."""

    msg_id: str
    user_id: str = field(repr=False)
    event_name: str
    text: str = field(repr=False)
    sent_at: datetime


@dataclass(frozen=True)
class TakenEvent:
    """An event to work at now.

    ``attempt`` counts from 1; ``unsent`` is what is still to be sent, None before the turn is taken.
    """

    event: Event
    attempt: int
    unsent: tuple[dict[str, Any], ...] | None


@dataclass(frozen=True)
class Summary:
    """How many events are pending and failed, and since when the oldest waits."""

    pending: int
    failed: int
    waiting_since: datetime | None


class Inbox:
    """Events received, in a migrated conversation database that several processes may share."""

    def __init__(self, engine: Engine, settling: timedelta = SETTLING, lease: timedelta = EVENT_LEASE) -> None:
        self._engine = engine
        self._settling = settling
        self._lease = lease

    def add(self, event: Event) -> bool:
        """Keep an event to be answered; False if it was received before."""
        received = now()
        row = {**vars(event), "received_at": received, "due_at": received + self._settling}
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(zalo_event).values(**row, state=PENDING, attempts=0))
        except IntegrityError:
            return False
        return True

    def waiting_users(self) -> list[str]:
        """The users with an event that nobody works at and that is due."""
        due = sa.and_(zalo_event.c.state == PENDING, zalo_event.c.due_at <= now())
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(zalo_event.c.user_id).where(due).distinct()).scalars())

    def due_in(self, user_id: str) -> float | None:
        """Seconds until the user's next event is due, 0 if it is; None if there is none."""
        row = self._next(user_id)
        return None if row is None else max(0.0, (row["due_at"] - now()).total_seconds())

    def take(self, user_id: str) -> TakenEvent | None:
        """The user's next event in the order of Zalo's time, for the caller alone; None if it is not to be had.

        Whoever takes an event keeps it by ``extend``, and ends with ``done``, ``fail`` or ``postpone``.
        """
        row = self._next(user_id)
        if row is None or row["due_at"] > now():
            return None
        attempt = row["attempts"] + 1
        untouched = sa.and_(zalo_event.c.state == PENDING, zalo_event.c.due_at == row["due_at"])
        if not self._update(row["msg_id"], untouched, due_at=now() + self._lease, attempts=attempt):
            return None
        event = Event(**{name: row[name] for name in Event.__dataclass_fields__})
        return TakenEvent(event, attempt, None if row["reply"] is None else tuple(json.loads(row["reply"])))

    def extend(self, msg_id: str) -> None:
        """Keep hold of an event that takes longer."""
        self._update(msg_id, zalo_event.c.state == PENDING, due_at=now() + self._lease)

    def is_followed_by_another(self, event: Event) -> bool:
        """Whether the user's next event is of the same kind."""
        table = zalo_event.c
        pending = sa.and_(table.user_id == event.user_id, table.state == PENDING, table.msg_id != event.msg_id)
        following = sa.select(table.event_name).where(pending).order_by(table.sent_at, table.received_at).limit(1)
        with self._engine.connect() as connection:
            return bool(connection.execute(following).scalar_one_or_none() == event.event_name)

    def keep_reply(self, msg_id: str, unsent: Sequence[dict[str, Any]]) -> None:
        """Keep what is still to be sent, so that a further attempt sends that and takes no second turn."""
        self._update(msg_id, reply=json.dumps(list(unsent), ensure_ascii=False))

    def postpone(self, msg_id: str, pause: timedelta, counted: bool = True) -> None:
        """Try an event again after a pause; uncounted if the attempt says nothing about the event."""
        attempts = zalo_event.c.attempts if counted else zalo_event.c.attempts - 1
        self._update(msg_id, due_at=now() + pause, attempts=attempts)

    def done(self, msg_id: str) -> None:
        """The event is answered; of the citizen nothing stays."""
        self._update(msg_id, state=DONE, **_EMPTIED)

    def fail(self, msg_id: str) -> None:
        """The event is given up; of the citizen nothing stays."""
        self._update(msg_id, state=FAILED, **_EMPTIED)

    def tidy(self) -> int:
        """Give up events that waited too long and forget old ones; returns how many were given up."""
        received = zalo_event.c.received_at
        late = sa.and_(zalo_event.c.state == PENDING, received < now() - LONGEST_WAIT)
        with self._engine.begin() as connection:
            given_up = connection.execute(sa.update(zalo_event).where(late).values(state=FAILED, **_EMPTIED)).rowcount
            connection.execute(sa.delete(zalo_event).where(received < now() - KEPT))
        return int(given_up)

    def summary(self) -> Summary:
        """How the inbox stands."""
        table = zalo_event.c
        query = sa.select(table.state, sa.func.count(), sa.func.min(table.received_at)).group_by(table.state)
        with self._engine.connect() as connection:
            by_state = {state: (count, since) for state, count, since in connection.execute(query)}
        pending, since = by_state.get(PENDING, (0, None))
        return Summary(pending, by_state.get(FAILED, (0, None))[0], since)

    def _next(self, user_id: str) -> Any:
        table = zalo_event.c
        query = sa.select(zalo_event).where(table.user_id == user_id, table.state == PENDING)
        with self._engine.connect() as connection:
            ordered = query.order_by(table.sent_at, table.received_at, table.msg_id).limit(1)
            return connection.execute(ordered).mappings().one_or_none()

    def _update(self, msg_id: str, *conditions: Any, **values: Any) -> bool:
        with self._engine.begin() as connection:
            change = sa.update(zalo_event).where(zalo_event.c.msg_id == msg_id, *conditions).values(**values)
            return bool(connection.execute(change).rowcount)


# -- tokens ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """What Zalo gives for a refresh token; ``lifetime`` is that of the access token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True)
class TokenPair:
    """The tokens in use; times are UTC."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refreshed_at: datetime

    @property
    def time_left(self) -> timedelta:
        """How long the access token is still good; negative once it has expired."""
        return self.access_expires_at - now()


class TokenStore:
    """The tokens of the one account, in a migrated conversation database that several processes may share.

    A refresh token works once. What Zalo gave for it is therefore put into a private file the moment it
    arrives, under a name made from the token that it replaces; a process that dies before the database has
    the new tokens leaves the file behind, and the next look into the store takes them from there.
    """

    _ID = 1

    def __init__(self, engine: Engine, folder: Path = JOURNAL) -> None:
        self._engine = engine
        self._folder = folder

    def read(self) -> TokenPair | None:
        """The tokens in use, or None if the account was never connected."""
        pair = self._row()
        journalled = self._journalled(pair.refresh_token) if pair else None
        if pair is None or journalled is None:
            return pair
        self._replace(pair.refresh_token, journalled)
        return self._row()

    def connect(self, refresh_token: str, grant: Grant) -> TokenPair:
        """Keep what the refresh token that staff entered gave, whatever was there before."""
        pair = _pair(grant)
        self._journal(refresh_token, pair)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(zalo_token))
            connection.execute(sa.insert(zalo_token).values(id=self._ID, **vars(pair)))
        self._forget(refresh_token)
        return pair

    def left_behind(self, refresh_token: str) -> Grant | None:
        """What a refresh token gave to a process that died before it could keep it."""
        pair = self._journalled(refresh_token)
        return Grant(pair.access_token, pair.refresh_token, pair.time_left) if pair else None

    def claim(self) -> datetime | None:
        """The right to refresh, for one process at a time: until when, or None if another has it."""
        until = now() + REFRESH_LEASE
        free = sa.or_(zalo_token.c.refreshing_until.is_(None), zalo_token.c.refreshing_until < now())
        return until if self._update(free, refreshing_until=until) else None

    def release(self, claim: datetime) -> None:
        """Give the right to refresh back."""
        self._update(zalo_token.c.refreshing_until == claim, refreshing_until=None)

    def save(self, used: str, grant: Grant) -> TokenPair:
        """Keep what a refresh token gave."""
        pair = _pair(grant)
        self._journal(used, pair)
        self._replace(used, pair)
        self._forget(used)
        return pair

    def _row(self) -> TokenPair | None:
        columns = [zalo_token.c[name] for name in TokenPair.__dataclass_fields__]
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(*columns)).mappings().one_or_none()
        return TokenPair(**row) if row else None

    def _replace(self, used: str, pair: TokenPair) -> None:
        # Only while the used token is still there: whoever was quicker had the same new ones.
        self._update(zalo_token.c.refresh_token == used, **vars(pair))

    def _update(self, condition: Any, **values: Any) -> bool:
        with self._engine.begin() as connection:
            return bool(connection.execute(sa.update(zalo_token).where(condition).values(**values)).rowcount)

    def _journal(self, used: str, pair: TokenPair) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, written = tempfile.mkstemp(dir=self._folder)  # mode 0600
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(vars(pair), file, default=datetime.isoformat)
                file.flush()
                os.fsync(descriptor)
            os.replace(written, self._file(used))
        except OSError as error:
            # The database must have the tokens all the more.
            logger.error("zalo.journal_failed folder=%s error=%s", self._folder, error.strerror)

    def _forget(self, used: str) -> None:
        with suppress(OSError):
            self._file(used).unlink()

    def _journalled(self, used: str) -> TokenPair | None:
        try:
            row = json.loads(self._file(used).read_text(encoding="utf-8"))
        except OSError:
            return None
        times = {name: datetime.fromisoformat(row[name]) for name in ("access_expires_at", "refreshed_at")}
        return TokenPair(**{**row, **times})

    def _file(self, used: str) -> Path:
        return self._folder / f"zalo-{hashlib.sha256(used.encode()).hexdigest()[:32]}.json"


def _pair(grant: Grant) -> TokenPair:
    refreshed_at = now()
    return TokenPair(grant.access_token, grant.refresh_token, refreshed_at + grant.lifetime, refreshed_at)
