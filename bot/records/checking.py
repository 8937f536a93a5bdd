"""What staff should look at in imported records: their dubious places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine

from bot.procedures import tables

MEANINGS = Path(__file__).with_name("flags.yml")


@dataclass(frozen=True)
class FlagCount:
    """How many procedures have a kind of dubious place in a part, and the first of them."""

    kind: str
    part: str
    withheld: bool
    procedures: int
    first: str


@dataclass(frozen=True)
class FlaggedPlace:
    """One dubious place."""

    code: str
    part: str
    quote: str


@cache
def meanings() -> Mapping[str, str]:
    """What each kind of dubious place means."""
    return dict(YAML(typ="safe").load(MEANINGS.read_text(encoding="utf-8")))


def count_flags(engine: Engine) -> list[FlagCount]:
    """The kinds of dubious places in what is served, the most frequent first."""
    flag = tables.PART_TABLES["flags"]
    number = sa.func.count(sa.distinct(flag.c.procedure_code))
    query = (
        sa.select(flag.c.kind, flag.c.part, flag.c.withheld, number, sa.func.min(flag.c.procedure_code))
        .group_by(flag.c.kind, flag.c.part, flag.c.withheld)
        .order_by(number.desc(), flag.c.kind)
    )
    with engine.connect() as connection:
        return [FlagCount(*row) for row in connection.execute(query)]


def flagged(engine: Engine, kind: str) -> list[FlaggedPlace]:
    """Every dubious place of a kind, by code."""
    flag = tables.PART_TABLES["flags"]
    query = sa.select(flag.c.procedure_code, flag.c.part, flag.c.quote).where(flag.c.kind == kind)
    with engine.connect() as connection:
        return [FlaggedPlace(*row) for row in connection.execute(query.order_by(flag.c.procedure_code))]
