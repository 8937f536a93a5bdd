"""Reading and writing the procedure database (SQLite by default, PostgreSQL in production)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine

from bot.procedures import model, serving, tables
from bot.procedures.definitions import Definition
from bot.procedures.life_events import LifeEvent
from bot.procedures.model import PARTS, Procedure
from bot.procedures.offices import Office
from bot.procedures.opening import read_hours, write_hours
from bot.procedures.portal_guides import Guide

MIGRATIONS = Path(__file__).parent / "migrations"
#: Seconds to wait for a database that another process is writing to.
BUSY_TIMEOUT = 5
#: The parts whose rows hold from a day to a day.
DATED_PARTS = ("agencies", "fees")


@dataclass(frozen=True)
class LoadReport:
    """What a load did, as sorted codes (or topics, or keys of life events)."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether anything was written."""
        return bool(self.touched)

    @property
    def touched(self) -> tuple[str, ...]:
        """All that was written, as codes, topics or keys."""
        return self.added + self.changed + self.withdrawn


@dataclass(frozen=True)
class LoadReports:
    """What a load did to the curated procedures, the guides, the ways of asking, the life events and the offices."""

    procedures: LoadReport
    guides: LoadReport
    sayings: LoadReport
    life_events: LoadReport
    offices: LoadReport


@dataclass(frozen=True)
class Head:
    """What a list shows of a procedure."""

    code: str
    name: str
    short_name: str
    field: str
    details: str
    origin: str


def connect(url: str) -> Engine:
    """An engine for a database URL, whose errors quote no values; the folder of an SQLite file is made if missing."""
    parsed = sa.engine.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, future=True, connect_args={"timeout": BUSY_TIMEOUT}, hide_parameters=True)
        sa.event.listen(engine, "connect", _enforce_foreign_keys)
        return engine
    timeouts = {"connect_timeout": BUSY_TIMEOUT, "options": f"-c statement_timeout={BUSY_TIMEOUT * 1000}"}
    return sa.create_engine(parsed, future=True, pool_pre_ping=True, connect_args=timeouts, hide_parameters=True)


def migrate(engine: Engine) -> None:
    """Bring the schema of a database up to date."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


class Store:
    """The procedures, portal guides, life events and offices of one database."""

    def __init__(self, engine: Engine, today: Callable[[], date] = date.today) -> None:
        self._engine = engine
        self._today = today

    def revision(self) -> int:
        """A number that goes up with every change of the catalogue."""
        with self._engine.connect() as connection:
            return int(connection.execute(sa.select(tables.revision.c.number)).scalar_one_or_none() or 0)

    def load(
        self,
        definitions: Iterable[Definition],
        guides: Iterable[Guide],
        sayings: Mapping[str, Mapping[str, Any]] | None = None,
        life_events: Iterable[LifeEvent] = (),
        offices: Iterable[Office] = (),
    ) -> LoadReports:
        """Make curated procedures, guides, ways of asking, life events and offices those given, in one transaction.

        Args:
            definitions: Checked definition files.
            guides: Checked guide files.
            sayings: Code → ``sayings`` and ``twins`` as rows.
            life_events: Checked files of life events.
            offices: The offices that the project ships; those of staff stay as they are.

        Returns:
            What was done to each. What is no longer given is withdrawn.
        """
        described = [model.from_definition(definition.data) for definition in definitions]
        with self._engine.begin() as connection:
            procedures = _load_layers(connection, "definition", {row.code: model.to_content(row) for row in described})
            asked = _load_layers(connection, serving.SAYINGS, sayings or {})
            topics = _load_files(connection, tables.portal_guide, [_guide_row(guide) for guide in guides])
            events = _load_files(connection, tables.life_event, [_event_row(event) for event in life_events])
            places = _load_offices(connection, "data", offices)
            if topics.is_change or events.is_change or places.is_change:
                serving.raise_revision(connection)
            serving.serve_all(connection, [*procedures.touched, *asked.touched], self._today())
        return LoadReports(procedures, topics, asked, events, places)

    def import_offices(self, offices: Iterable[Office]) -> LoadReport:
        """Make staff's table of offices that given, in one transaction."""
        with self._engine.begin() as connection:
            report = _load_offices(connection, "staff", offices)
            if report.is_change:
                serving.raise_revision(connection)
        return report

    def offices(self) -> tuple[Office, ...]:
        """All offices, in order of their keys; staff's rows of a place replace the shipped ones."""
        table = tables.office
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.key)).mappings().all()
        by_origin: dict[str, list[Office]] = {"data": [], "staff": []}
        for row in rows:
            by_origin[row["origin"]].append(_office(row))
        replaced = {office.place for office in by_origin["staff"]}
        shipped = [office for office in by_origin["data"] if office.place not in replaced]
        return tuple(sorted([*shipped, *by_origin["staff"]], key=lambda office: office.key))

    def heads(self, on: date) -> list[Head]:
        """What a list shows of every procedure in force on a day, by code."""
        table = tables.procedure
        columns = [table.c[name.name] for name in fields(Head)]
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).where(_in_force(on)).order_by(table.c.code))
            return [Head(**row) for row in rows.mappings()]

    def procedure(self, code: str, on: date) -> Procedure | None:
        """A procedure with the rows in force on a day, or None if there is none then."""
        return self.procedures(on, [code]).get(code)

    def procedures(self, on: date | None, codes: Sequence[str] | None = None) -> dict[str, Procedure]:
        """Procedures in force on a day (all, or those of the codes), with the rows in force then.

        Without a day, all of them with every row, whenever it holds.
        """
        table = tables.procedure
        condition = _in_force(on) if codes is None else sa.and_(_in_force(on), table.c.code.in_(codes))
        with self._engine.connect() as connection:
            heads = connection.execute(sa.select(table).where(condition).order_by(table.c.code)).mappings().all()
            parts = {part: _part_rows(connection, part, codes, on) for part in PARTS}
        return {
            head["code"]: model.build(
                Procedure, {**head, **{part: tuple(rows.get(head["code"], [])) for part, rows in parts.items()}}
            )
            for head in heads
        }

    def procedure_as_of(self, code: str, day: date) -> Procedure | None:
        """A procedure as it was served on a day, with the rows in force then.

        For a day before the first that is known, its earliest known state; None if there is none.
        """
        table = tables.version
        of_code = sa.select(table.c.content).where(table.c.code == code)
        with self._engine.connect() as connection:
            before = of_code.where(table.c.since <= day).order_by(table.c.since.desc()).limit(1)
            row = connection.execute(before).first() or connection.execute(of_code.order_by(table.c.since)).first()
        if row is None or row.content is None:
            return None
        procedure = model.from_content(row.content)
        if not procedure.in_force(day):
            return None
        dated: dict[str, Any] = {
            part: tuple(row for row in getattr(procedure, part) if model.in_force(row, day)) for part in DATED_PARTS
        }
        return replace(procedure, **dated)

    def versions(self, code: str) -> list[date]:
        """The days since which a procedure has been what it was, oldest first."""
        table = tables.version
        query = sa.select(table.c.since).where(table.c.code == code).order_by(table.c.since)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def guides(self) -> dict[str, Guide]:
        """All portal guides by topic."""
        table = tables.portal_guide
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(table.c.topic, table.c.content)).all()
        return {topic: Guide.from_content(content) for topic, content in rows}

    def life_events(self) -> dict[str, LifeEvent]:
        """All life events by key."""
        table = tables.life_event
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(table.c.key, table.c.content).order_by(table.c.key)).all()
        return {key: LifeEvent.from_content(content) for key, content in rows}


def _enforce_foreign_keys(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


def _in_force(on: date | None) -> Any:
    table = tables.procedure.c
    if on is None:
        return sa.true()
    started = sa.or_(table.valid_from.is_(None), table.valid_from <= on)
    return sa.and_(started, sa.or_(table.valid_to.is_(None), table.valid_to >= on))


def _part_rows(connection: Connection, part: str, codes: Sequence[str] | None, on: date | None) -> dict[str, list[Any]]:
    table = tables.PART_TABLES[part]
    query = sa.select(table).order_by(table.c.procedure_code, table.c.position)
    if codes is not None:
        query = query.where(table.c.procedure_code.in_(codes))
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(query).mappings():
        value = model.build(PARTS[part], row)
        if on is None or not hasattr(value, "valid_from") or model.in_force(value, on):
            rows.setdefault(row["procedure_code"], []).append(value)
    return rows


def _load_layers(connection: Connection, kind: str, given: Mapping[str, Mapping[str, Any]]) -> LoadReport:
    """Make the layers of a kind those given (code → content)."""
    plan = _Plan(serving.layer_digests(connection, kind))
    for code, content in given.items():
        if plan.note(code, serving.digest(content)):
            serving.put_layer(connection, code, kind, content)
    report = plan.report()
    for code in report.withdrawn:
        serving.drop_layer(connection, code, kind)
    return report


def _load_files(connection: Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> LoadReport:
    """Make the rows of a table, each with the content of a file, those given."""
    (key,) = table.primary_key.columns
    plan = _Plan(dict(connection.execute(sa.select(key, table.c.digest)).all()))
    for row in rows:
        digest = serving.digest(row["content"])
        if plan.note(row[key.name], digest):
            _delete(connection, key, [row[key.name]])
            connection.execute(sa.insert(table).values({**row, "digest": digest}))
    report = plan.report()
    _delete(connection, key, report.withdrawn)
    return report


def _guide_row(guide: Guide) -> dict[str, Any]:
    return {"topic": guide.topic, "title": guide.title, "content": guide.content, "checked_on": guide.checked_on}


def _event_row(event: LifeEvent) -> dict[str, Any]:
    return {"key": event.key, "name": event.name, "content": event.content}


def _load_offices(connection: Connection, origin: str, offices: Iterable[Office]) -> LoadReport:
    """Make the offices of an origin those given."""
    table = tables.office
    mine = table.c.origin == origin
    plan = _Plan(dict(connection.execute(sa.select(table.c.key, table.c.digest).where(mine)).all()))
    for office in offices:
        row: dict[str, Any] = {column.name: getattr(office, column.name) for column in fields(office)}
        row["hours"] = {day: write_hours(spans) for day, spans in office.hours.items()}
        digest = serving.digest({**row, "checked_on": str(office.checked_on)})
        if plan.note(office.key, digest):
            connection.execute(sa.delete(table).where(mine, table.c.key == office.key))
            connection.execute(sa.insert(table).values(**row, origin=origin, key=office.key, digest=digest))
    report = plan.report()
    if report.withdrawn:
        connection.execute(sa.delete(table).where(mine, table.c.key.in_(report.withdrawn)))
    return report


def _office(row: Mapping[str, Any]) -> Office:
    values = {column.name: row[column.name] for column in fields(Office)}
    return Office(**{**values, "hours": {day: read_hours(text) for day, text in row["hours"].items()}})


@dataclass
class _Plan:
    """Sorts what is given into added, changed and unchanged against what the database has."""

    present: Mapping[str, str]
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)

    def note(self, key: str, digest: str) -> bool:
        """Note one given thing; whether it must be written."""
        if self.present.get(key) == digest:
            self.unchanged.append(key)
            return False
        (self.changed if key in self.present else self.added).append(key)
        return True

    def report(self) -> LoadReport:
        given = {*self.added, *self.changed, *self.unchanged}
        withdrawn = sorted(set(self.present) - given)
        return LoadReport(
            tuple(sorted(self.added)), tuple(sorted(self.changed)), tuple(sorted(self.unchanged)), tuple(withdrawn)
        )


def _delete(connection: Connection, column: Any, keys: Sequence[str]) -> None:
    if keys:
        connection.execute(sa.delete(column.table).where(column.in_(keys)))
