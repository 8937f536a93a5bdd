from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.procedures import tables
from bot.procedures.store import connect, migrate
from tests.portal_stub import Portal, portal_server


@pytest.fixture
def portal() -> Iterator[Portal]:
    with portal_server() as portal:
        yield portal


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "migrated.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[Engine]:
    """A PostgreSQL database of these tests' own."""
    server = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", future=True)
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE records")
    engine = connect(sa.engine.make_url(postgres_url).set(database="records").render_as_string(hide_password=False))
    migrate(engine)
    yield engine
    engine.dispose()
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated database of each kind: migrated once, as there are many of these tests."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        engine = connect(f"sqlite:///{path}")
        yield engine
        engine.dispose()
    else:
        engine = request.getfixturevalue("migrated_postgres")
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {names}")
        yield engine
