from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from bot.procedures import catalogue, life_events
from bot.procedures.catalogue import Catalogue
from bot.procedures.definitions import Definition, code_of
from bot.procedures.life_events import LifeEvent
from bot.procedures.store import Store, connect, migrate
from bot.settings import ROOT
from tests.conftest import TODAY


@pytest.fixture
def store(tmp_path: Path) -> Store:
    engine = connect(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(engine)
    return Store(engine)


def test_a_change_of_the_database_is_noticed(store: Store, curated: list[Definition]) -> None:
    store.load(curated[:2], [])
    known = Catalogue(store, lambda: TODAY)
    first = known.snapshot()
    assert known.snapshot() is first
    store.load(curated[:3], [])
    assert known.snapshot() is first  # not asked again so soon
    known.renew()
    assert code_of(curated[2]) in known.snapshot().procedures
    assert known.snapshot() is known.snapshot()


def test_life_events_come_with_a_change(store: Store) -> None:
    files, _ = life_events.read_folder(ROOT / "data" / "life_events")
    known = Catalogue(store, lambda: TODAY)
    assert known.snapshot().life_events == {}
    event = LifeEvent.from_content(files[0].data)
    store.load([], [], life_events=[event])
    known.renew()
    assert known.snapshot().life_events == {event.key: event}


def test_a_change_is_noticed_without_being_asked(
    store: Store, curated: list[Definition], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "CHECK_EVERY", 0.05)
    store.load(curated[:2], [])
    known = Catalogue(store, lambda: TODAY)
    known.snapshot()
    store.load(curated[:3], [])
    deadline = time.monotonic() + 20
    while code_of(curated[2]) not in known.snapshot().procedures:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_new_day_is_noticed(store: Store, curated: list[Definition]) -> None:
    from dataclasses import replace

    ending = replace(curated[0], data={**curated[0].data, "valid_to": "2026-11-23"})
    store.load([ending, curated[1]], [])
    day = [date(2026, 11, 23)]
    known = Catalogue(store, lambda: day[0])
    assert len(known.snapshot().procedures) == 2
    day[0] = date(2026, 11, 24)
    known.renew()
    assert list(known.snapshot().procedures) == [code_of(curated[1])]
