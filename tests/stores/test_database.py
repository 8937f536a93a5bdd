from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from bot.procedures import tables
from bot.stores.database import VERSION_TABLE, metadata, migrate


def test_migrations_make_exactly_the_tables_of_the_code(conversations: Engine) -> None:
    def is_ours(name: str, kind: str, _parents: object) -> bool:
        return kind != "table" or name in metadata.tables

    with conversations.connect() as connection:
        opts = {"compare_type": True, "version_table": VERSION_TABLE, "include_name": is_ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), metadata) == []


def test_migrating_twice_changes_nothing(conversations: Engine) -> None:
    before = sa.inspect(conversations).get_table_names()
    migrate(conversations)
    assert sa.inspect(conversations).get_table_names() == before


def test_one_database_can_hold_procedures_and_conversations(conversations: Engine) -> None:
    present = set(sa.inspect(conversations).get_table_names())
    assert present >= {*tables.metadata.tables, *metadata.tables, "alembic_version", VERSION_TABLE}
