"""Runs migrations on the connection that ``bot.stores.database.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from bot.stores.database import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    # The procedure database may be the same one; each keeps its own count of versions.
    version_table=VERSION_TABLE,
    include_name=lambda name, type_, _parents: type_ != "table" or name in metadata.tables,
)
with context.begin_transaction():
    context.run_migrations()
