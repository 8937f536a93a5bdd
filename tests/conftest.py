from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.procedures import definitions, life_events, portal_guides, search
from bot.procedures.catalogue import Snapshot
from bot.procedures.definitions import Definition
from bot.procedures.life_events import LifeEvent
from bot.procedures.model import Procedure
from bot.procedures.portal_guides import Guide
from bot.procedures.store import Store, connect, migrate
from bot.settings import ROOT, Settings

TODAY = date(2026, 11, 23)


def skip_unless_ci(reason: str) -> None:
    """Skip for a user who lacks something; fail in CI, where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must be able to run this: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def curated() -> list[Definition]:
    files, problems = definitions.read_folder(ROOT / "data" / "procedures")
    assert problems == []
    return files


@pytest.fixture(scope="session")
def guides() -> list[Guide]:
    files, problems = portal_guides.read_folder(ROOT / "data" / "portal")
    assert problems == []
    return [Guide.from_content(file.data) for file in files]


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pgserver")
    folder = tmp_path_factory.mktemp("postgres")
    try:
        server = pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        skip_unless_ci(f"PostgreSQL does not start here: {error}")
        raise
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated database of each kind that we support."""
    if request.param == "sqlite":
        engine = connect(f"sqlite:///{tmp_path / 'test.db'}")
    else:
        engine = connect(request.getfixturevalue("postgres_url"))
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def events() -> list[LifeEvent]:
    files, problems = life_events.read_folder(ROOT / "data" / "life_events")
    assert problems == []
    return [LifeEvent.from_content(file.data) for file in files]


@pytest.fixture(scope="session")
def loaded_url(
    tmp_path_factory: pytest.TempPathFactory, curated: list[Definition], guides: list[Guide], events: list[LifeEvent]
) -> str:
    """A database with everything that the project ships."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'motcua.db'}"
    engine = connect(url)
    migrate(engine)
    Store(engine).load(curated, guides, life_events=events)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def procedures(loaded_url: str) -> dict[str, Procedure]:
    engine = connect(loaded_url)
    found = Store(engine).procedures(TODAY)
    engine.dispose()
    return found


@pytest.fixture(scope="session")
def snapshot(procedures: dict[str, Procedure], guides: list[Guide], events: list[LifeEvent]) -> Snapshot:
    by_topic = {guide.topic: guide for guide in guides}
    return Snapshot(procedures, by_topic, search.build(procedures), {event.key: event for event in events})


@pytest.fixture
def settings() -> Settings:
    return Settings.read({})
