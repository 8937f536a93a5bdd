"""The catalogue in memory: index, procedures, guides and life events, renewed when the database changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.procedures import search
from bot.procedures.life_events import LifeEvent
from bot.procedures.model import Procedure
from bot.procedures.offices import Office
from bot.procedures.portal_guides import Guide
from bot.procedures.search import Index, Ranking
from bot.procedures.store import Store

logger = logging.getLogger(__name__)

#: Seconds after which the database is asked again whether it changed.
CHECK_EVERY = 30.0


@dataclass(frozen=True)
class Snapshot:
    """One state of the catalogue; never changes, so that a turn sees one state throughout."""

    procedures: Mapping[str, Procedure]
    guides: Mapping[str, Guide]
    index: Index
    life_events: Mapping[str, LifeEvent] = field(default_factory=dict)
    offices: tuple[Office, ...] = ()

    def rank(self, text: str) -> Ranking:
        """Every procedure with the probability that a text means it."""
        return self.index.rank(text)

    def name_of(self, code: str) -> str | None:
        """The short name of a procedure, or None if the catalogue has no such procedure."""
        procedure = self.procedures.get(code)
        return procedure.short_name if procedure else None


class Catalogue:
    """Gives the current snapshot; safe to use from several threads.

    The first snapshot is waited for. From then on a thread of its own looks for changes of the database and builds
    the next one beside the old, so that no question ever waits for it.
    """

    def __init__(self, store: Store, today: Callable[[], date] = date.today) -> None:
        self._store = store
        self._today = today
        self._renewing = threading.Lock()
        self._state: tuple[int, date] | None = None
        self._snapshot: Snapshot | None = None
        self._is_watching = False

    def snapshot(self) -> Snapshot:
        """The catalogue as the database had it when it was last looked at."""
        if self._snapshot is None:
            self.renew()
            with self._renewing:
                if not self._is_watching:
                    self._is_watching = True
                    threading.Thread(target=self._look_for_changes, name="catalogue", daemon=True).start()
        assert self._snapshot is not None
        return self._snapshot

    def renew(self) -> None:
        """Take in what the database has today, if that is other than before."""
        with self._renewing:
            today = self._today()
            state = (self._store.revision(), today)
            if state != self._state:
                procedures = self._store.procedures(today)
                guides, events, offices = self._store.guides(), self._store.life_events(), self._store.offices()
                self._snapshot = Snapshot(procedures, guides, search.build(procedures), events, offices)
                self._state = state

    def _look_for_changes(self) -> None:
        while True:
            time.sleep(CHECK_EVERY)
            try:
                self.renew()
            except Exception:  # whatever ails the database, the snapshot at hand goes on answering
                logger.exception("catalogue.renewal_failed")
