"""What staff decide on confirmations that were drawn from the portal's texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.procedures import layers, model, serving, tables
from bot.procedures.model import Confirmation


@dataclass(frozen=True)
class Proposed:
    """A proposed confirmation with the name by which it is decided on."""

    code: str
    fingerprint: str
    agency: str
    confirms: str
    quote: str


def proposed(engine: Engine, code: str | None = None) -> list[Proposed]:
    """The proposed confirmations of a procedure, or of all."""
    table = tables.PART_TABLES["confirmations"]
    query = sa.select(table).where(table.c.status == "proposed").order_by(table.c.procedure_code, table.c.position)
    if code is not None:
        query = query.where(table.c.procedure_code == code)
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    found = [(row["procedure_code"], model.build(Confirmation, row)) for row in rows]
    return [Proposed(of, layers.fingerprint(row), row.agency, row.confirms, row.quote or "") for of, row in found]


def decide(engine: Engine, code: str, fingerprint: str, verdict: str, on: date) -> bool:
    """Accept or reject a proposed confirmation, and serve the procedure accordingly.

    Returns:
        Whether there is such a confirmation.
    """
    if fingerprint not in {row.fingerprint for row in proposed(engine, code)}:
        return False
    table = tables.confirmation_review
    here = sa.and_(table.c.code == code, table.c.fingerprint == fingerprint)
    with engine.begin() as connection:
        connection.execute(sa.delete(table).where(here))
        connection.execute(sa.insert(table).values(code=code, fingerprint=fingerprint, verdict=verdict, reviewed_on=on))
        serving.serve_all(connection, [code], on)
    return True
