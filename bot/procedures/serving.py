"""Writing what is served: the layers of a procedure go in, its rows and its history follow.

All functions work on a connection inside the caller's transaction, so that a procedure's layers, rows and
history change together or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.procedures import layers, model, tables
from bot.procedures.model import Procedure, Saying, Twin

SAYINGS = "sayings"


def digest(data: Any) -> str:
    """The SHA-256 of plain data, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def layer_digests(connection: Connection, kind: str) -> dict[str, str]:
    """Code → digest of every layer of a kind."""
    table = tables.layer
    return dict(connection.execute(sa.select(table.c.code, table.c.digest).where(table.c.kind == kind)).all())


def put_layer(connection: Connection, code: str, kind: str, content: Mapping[str, Any]) -> bool:
    """Keep what a source says of a procedure; whether it is new or other than before."""
    table = tables.layer
    here = sa.and_(table.c.code == code, table.c.kind == kind)
    new = digest(content)
    if connection.execute(sa.select(table.c.digest).where(here)).scalar_one_or_none() == new:
        return False
    connection.execute(sa.delete(table).where(here))
    connection.execute(sa.insert(table).values(code=code, kind=kind, content=content, digest=new))
    return True


def drop_layer(connection: Connection, code: str, kind: str) -> bool:
    """Forget what a source says of a procedure; whether it said anything."""
    table = tables.layer
    dropped = connection.execute(sa.delete(table).where(sa.and_(table.c.code == code, table.c.kind == kind)))
    return bool(dropped.rowcount)


def layers_of(connection: Connection, code: str) -> dict[str, Mapping[str, Any]]:
    """Kind → content of every layer of a procedure."""
    table = tables.layer
    return dict(connection.execute(sa.select(table.c.kind, table.c.content).where(table.c.code == code)).all())


def serve(connection: Connection, code: str, today: date) -> bool:
    """Make the served rows of a procedure those of its layers; whether that changed anything."""
    procedure = served(connection, code)
    table = tables.procedure
    before = connection.execute(sa.select(table.c.digest).where(table.c.code == code)).scalar_one_or_none()
    after = digest(model.to_content(procedure)) if procedure else None
    if before == after:
        return False
    connection.execute(sa.delete(table).where(table.c.code == code))
    if procedure is not None and after is not None:
        _insert(connection, procedure, after)
    _note_version(connection, code, procedure, today)
    return True


def serve_all(connection: Connection, codes: Iterable[str], today: date) -> bool:
    """Serve several procedures anew; whether anything changed, in which case the revision goes up."""
    changed = [code for code in dict.fromkeys(codes) if serve(connection, code, today)]
    if changed:
        raise_revision(connection)
    return bool(changed)


def served(connection: Connection, code: str, without: str | None = None) -> Procedure | None:
    """The procedure that the layers of a code make, or None; one kind of layer can be left out."""
    contents = layers_of(connection, code)
    contents.pop(without or "", None)
    naming = contents.pop(SAYINGS, {})
    texts = tuple(model.build(Saying, row) for row in naming.get("sayings", ()))
    twins = tuple(model.build(Twin, row) for row in naming.get("twins", ()))
    whole = {kind: model.from_content(content) for kind, content in contents.items()}
    merged = layers.merge(whole, (texts, twins))
    return layers.reviewed(merged, _verdicts(connection, code)) if merged else None


def raise_revision(connection: Connection) -> None:
    """Let every catalogue in memory notice that the database changed."""
    table = tables.revision
    updated = connection.execute(sa.update(table).where(table.c.id == 1).values(number=table.c.number + 1))
    if not updated.rowcount:
        connection.execute(sa.insert(table).values(id=1, number=1))


def _verdicts(connection: Connection, code: str) -> dict[str, str]:
    table = tables.confirmation_review
    rows = connection.execute(sa.select(table.c.fingerprint, table.c.verdict).where(table.c.code == code))
    return dict(rows.all())


def _insert(connection: Connection, procedure: Procedure, digest: str) -> None:
    row = {column.name: getattr(procedure, column.name) for column in tables.procedure.c if column.name != "digest"}
    connection.execute(sa.insert(tables.procedure).values({**row, "digest": digest}))
    for part, table in tables.PART_TABLES.items():
        rows = [
            {**asdict(value), "procedure_code": procedure.code, "position": position}
            for position, value in enumerate(getattr(procedure, part))
        ]
        if rows:
            connection.execute(sa.insert(table), rows)


def _note_version(connection: Connection, code: str, procedure: Procedure | None, today: date) -> None:
    """Note what a procedure requires from today on, if that is other than before; one version a day."""
    table = tables.version
    content = model.to_content(layers.without_naming(procedure)) if procedure else None
    # Being compared with its source once more is no other version.
    new = digest({**content, "checked_on": None} if content else None)
    latest = connection.execute(
        sa.select(table.c.digest).where(table.c.code == code).order_by(table.c.since.desc()).limit(1)
    ).scalar_one_or_none()
    if latest == new:
        return
    connection.execute(sa.delete(table).where(sa.and_(table.c.code == code, table.c.since == today)))
    stored = sa.null() if content is None else content
    connection.execute(sa.insert(table).values(code=code, since=today, content=stored, digest=new))
