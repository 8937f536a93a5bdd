"""The catalogue in memory: index, procedures and guides, renewed when the database changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.procedures import search
from bot.procedures.model import Procedure
from bot.procedures.portal_guides import Guide
from bot.procedures.search import Index, Ranking
from bot.procedures.store import Store

#: Seconds after which the database is asked again whether it changed.
CHECK_EVERY = 30.0


@dataclass(frozen=True)
class Snapshot:
    """One state of the catalogue; never changes, so that a turn sees one state throughout."""

    procedures: Mapping[str, Procedure]
    guides: Mapping[str, Guide]
    index: Index

    def rank(self, text: str) -> Ranking:
        """Every procedure with the probability that a text means it."""
        return self.index.rank(text)

    def name_of(self, code: str) -> str | None:
        """The short name of a procedure, or None if the catalogue has no such procedure."""
        procedure = self.procedures.get(code)
        return procedure.short_name if procedure else None


class Catalogue:
    """Gives the current snapshot; safe to use from several threads."""

    def __init__(self, store: Store, today: Callable[[], date] = date.today) -> None:
        self._store = store
        self._today = today
        self._lock = threading.Lock()
        self._state: tuple[int, date] | None = None
        self._snapshot: Snapshot | None = None
        self._checked = 0.0

    def snapshot(self) -> Snapshot:
        """The catalogue as the database has it today, at most ``CHECK_EVERY`` seconds old."""
        with self._lock:
            if self._snapshot is None or time.monotonic() - self._checked > CHECK_EVERY:
                self._renew()
            assert self._snapshot is not None
            return self._snapshot

    def _renew(self) -> None:
        today = self._today()
        state = (self._store.revision(), today)
        if state != self._state:
            procedures = self._store.procedures(today)
            self._snapshot = Snapshot(procedures, self._store.guides(), search.build(procedures))
            self._state = state
        self._checked = time.monotonic()
