"""Keeping records in the database: each procedure in one transaction, from raw record to served rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.procedures import model, serving, tables
from bot.procedures.model import Procedure
from bot.records.api_reply import read_reply
from bot.records.interpret import interpret
from bot.records.list_entry import read_entry
from bot.records.page import read_page
from bot.records.reading import UnreadableRecord
from bot.records.record import SOURCES, Record
from bot.records.scope import scope_of

PORTAL = "portal"
TABLE = "table"
#: Marks a procedure whose list entry changed since the portal was last asked for its details.
STALE = "stale"
#: The layers that people make: a change of the portal under one of them is reported.
CURATED = ("definition", TABLE)

READERS: dict[str, Callable[[Mapping[str, Any]], Record]] = {"api": read_reply, "page": read_page, "list": read_entry}

#: The parts of a record that a change is reported by, and where its raw content holds them, by source.
_RAW_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "api": {
        "documents": ("executionCases",),
        "deadlines and fees": ("executionMethods",),
        "steps": ("executionSteps",),
        "legal basis": ("legalBasisesDetails",),
        "results": ("resultsDetails",),
        "conditions": ("requirementsAndConditions",),
        "name": ("name",),
        "decision": ("procedureProposal", "decisionNo"),
    },
    "page": {
        "documents": ("thanh_phan_ho_so",),
        "deadlines and fees": ("cach_thuc_thuc_hien",),
        "steps": ("trinh_tu_thuc_hien",),
        "legal basis": ("can_cu_phap_ly",),
        "results": ("ket_qua_xu_ly",),
        "conditions": ("yeu_cau_dieu_kien",),
        "name": ("ten_thu_tuc",),
        "decision": ("so_quyet_dinh",),
    },
    "list": {"name": ("name",)},
}


class TableVerdict(Enum):
    """What became of a procedure in a table that was brought back."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    #: It is described in a file, which is where to change it.
    HAS_A_DEFINITION = "described in a definition file: change it there"


@dataclass(frozen=True)
class Kept:
    """What became of one record: whether it was new or changed, and the parts changed under a curated procedure."""

    is_new: bool = False
    is_changed: bool = False
    changed_under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listed:
    """What the portal's list says of a procedure."""

    kind: str
    publisher: str | None
    formality_id: str


class RecordKeeper:
    """Keeps records and serves what they say.

    Args:
        engine: The migrated database.
        province: The province served, whose own procedures are taken in.
        provinces: The names of all provinces.
        today: What day it is, for the history.
    """

    def __init__(
        self,
        engine: Engine,
        province: str,
        provinces: tuple[str, ...],
        today: Callable[[], date] = date.today,
    ) -> None:
        self._engine = engine
        self._province = province
        self._provinces = provinces
        self._today = today

    def keep(self, code: str, source: str, raw: Mapping[str, Any], fetched_on: date) -> Kept:
        """Keep a raw record that its reader can read, and serve what it says, in one transaction.

        Raises:
            UnreadableRecord: It cannot be interpreted, or no database can hold it; nothing is kept.
        """
        with self._engine.begin() as connection:
            return self._keep(connection, code, source, raw, fetched_on)

    def keep_all(self, source: str, raws: Mapping[str, Mapping[str, Any]], fetched_on: date) -> dict[str, Kept]:
        """Keep many records (code → raw) in one transaction; for short ones such as list entries."""
        with self._engine.begin() as connection:
            return {code: self._keep(connection, code, source, raw, fetched_on) for code, raw in raws.items()}

    def keep_table(self, procedure: Procedure) -> TableVerdict:
        """Keep what a table says of a procedure, and serve it."""
        code = procedure.code
        with self._engine.begin() as connection:
            contents = serving.layers_of(connection, code)
            if contents.get("definition", {}).get("details") == "complete":
                same = _as_in_a_table(serving.served(connection, code)) == procedure
                return TableVerdict.UNCHANGED if same else TableVerdict.HAS_A_DEFINITION
            without_table = serving.served(connection, code, without=TABLE)
            if without_table is not None and _as_in_a_table(without_table) == procedure:
                changed = serving.drop_layer(connection, code, TABLE)
            else:
                changed = serving.put_layer(connection, code, TABLE, model.to_content(procedure))
            serving.serve_all(connection, [code], self._today())
        return TableVerdict.CHANGED if changed else TableVerdict.UNCHANGED

    def note_absent(self, code: str, fetched_on: date) -> None:
        """Note that the portal has no details of a procedure, so that it is not asked for them every time."""
        with self._engine.begin() as connection:
            _put(connection, code, "api", None, fetched_on)
            _drop(connection, code, STALE)

    def reinterpret(self, code: str) -> bool:
        """Make what is served of a procedure anew from its kept records; whether that changed anything."""
        with self._engine.begin() as connection:
            return self._interpret(connection, code)

    def withdraw(self, code: str) -> bool:
        """Take a procedure off the kept list, so that the portal's records of it are served no more.

        Returns:
            Whether that changed what is served.
        """
        with self._engine.begin() as connection:
            _drop(connection, code, "list")
            if _row(connection, code, "api") is not None:
                _put(connection, code, STALE, None, self._today())
            _note_changes(connection, code, ["list"], self._today())
            return self._interpret(connection, code)

    def listed(self) -> dict[str, Listed]:
        """What the kept list says of every procedure."""
        table = tables.portal_record
        query = sa.select(table.c.code, table.c.content).where(table.c.source == "list")
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {
            code: Listed(content["type"], content.get("departmentPromulgate"), content["id"]) for code, content in rows
        }

    def fetched(self, source: str) -> dict[str, tuple[date, bool]]:
        """Code → the day on which a source was last asked, and whether it had a record."""
        table = tables.portal_record
        has_record = table.c.digest != serving.digest(None)
        query = sa.select(table.c.code, table.c.fetched_on, has_record).where(table.c.source == source)
        with self._engine.connect() as connection:
            return {code: (day, has) for code, day, has in connection.execute(query)}

    def stale(self) -> set[str]:
        """The codes whose list entry changed since the portal was last asked for their details."""
        table = tables.portal_record
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(table.c.code).where(table.c.source == STALE)).scalars())

    def codes(self) -> list[str]:
        """The codes of all kept records, in order."""
        table = tables.portal_record
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(table.c.code).distinct().order_by(table.c.code)).scalars())

    def curated_codes(self) -> set[str]:
        """The codes of the procedures that people have described."""
        table = tables.layer
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(table.c.code).where(table.c.kind.in_(CURATED))).scalars())

    def _keep(self, connection: Connection, code: str, source: str, raw: Mapping[str, Any], fetched_on: date) -> Kept:
        with _as_unreadable(code):
            return self._put_and_serve(connection, code, source, raw, fetched_on)

    def _put_and_serve(
        self, connection: Connection, code: str, source: str, raw: Mapping[str, Any], fetched_on: date
    ) -> Kept:
        before = _row(connection, code, source)
        is_new, is_changed = before is None, before is not None and before.digest != serving.digest(raw)
        if not is_new and not is_changed and before is not None and before.fetched_on >= fetched_on:
            return Kept()
        changed_under: tuple[str, ...] = ()
        if is_changed and before is not None and before.content is not None:
            changed_under = _note_changes(connection, code, _changed_parts(source, before.content, raw), fetched_on)
        _put(connection, code, source, raw, fetched_on)
        if source == "api":
            _drop(connection, code, STALE)
        elif source == "list" and is_changed:
            _put(connection, code, STALE, None, fetched_on)
        self._interpret(connection, code)
        return Kept(is_new, is_changed, changed_under)

    def _interpret(self, connection: Connection, code: str) -> bool:
        procedure = self._described(connection, code)
        if procedure is None:
            serving.drop_layer(connection, code, PORTAL)
        elif not serving.put_layer(connection, code, PORTAL, model.to_content(procedure)):
            return False
        return serving.serve_all(connection, [code], self._today())

    def _described(self, connection: Connection, code: str) -> Procedure | None:
        """The procedure that the best of its records describes, or None if it is not served here."""
        rows = {source: row for source in SOURCES if (row := _row(connection, code, source)) and row.content}
        best = next(iter(rows), None)
        if best is None or ("list" not in rows and _has_list(connection)):
            return None
        record = READERS[best](rows[best].content)
        if best != "list" and "list" in rows:
            record = _completed(record, READERS["list"](rows["list"].content))
        scope = scope_of(record.kind, record.publisher, self._province)
        if scope is None:
            return None
        try:
            return interpret(record, rows[best].fetched_on, scope, self._provinces)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnreadableRecord(code, f"it cannot be interpreted ({error!r})") from error


@contextmanager
def _as_unreadable(code: str) -> Iterator[None]:
    """Say of a record that no database can hold (half a surrogate pair, a number too large) that it is unreadable."""
    try:
        yield
    except (UnicodeEncodeError, sa.exc.DataError) as error:
        raise UnreadableRecord(code, f"it holds what no database can hold ({type(error).__name__})") from error


def _as_in_a_table(procedure: Procedure | None) -> Procedure | None:
    """A procedure as a table tells it: without ways of asking and flags."""
    return replace(procedure, sayings=(), twins=(), flags=(), origin=TABLE) if procedure else None


def _completed(record: Record, listed: Record) -> Record:
    """A record with what only the list knows of it."""
    names = ("kind", "fields", "applicants", "publisher", "agencies")
    return replace(record, **{name: getattr(listed, name) for name in names if not getattr(record, name)})


def _has_list(connection: Connection) -> bool:
    table = tables.portal_record
    return connection.execute(sa.select(table.c.code).where(table.c.source == "list").limit(1)).first() is not None


def _row(connection: Connection, code: str, source: str) -> Any:
    table = tables.portal_record
    query = sa.select(table).where(sa.and_(table.c.code == code, table.c.source == source))
    return connection.execute(query).first()


def _drop(connection: Connection, code: str, source: str) -> None:
    table = tables.portal_record
    connection.execute(sa.delete(table).where(sa.and_(table.c.code == code, table.c.source == source)))


def _put(connection: Connection, code: str, source: str, raw: Mapping[str, Any] | None, fetched_on: date) -> None:
    table = tables.portal_record
    _drop(connection, code, source)
    content = sa.null() if raw is None else raw
    row = {"code": code, "source": source, "content": content, "digest": serving.digest(raw), "fetched_on": fetched_on}
    connection.execute(sa.insert(table).values(**row))


def _changed_parts(source: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    old, new = before.get("data", before), after.get("data", after)
    return [part for part, keys in _RAW_PARTS[source].items() if any(old.get(key) != new.get(key) for key in keys)]


def _note_changes(connection: Connection, code: str, parts: list[str], seen_on: date) -> tuple[str, ...]:
    """Note the parts that changed, if people have described the procedure; those noted."""
    curated = set(serving.layers_of(connection, code)) & set(CURATED)
    if not curated:
        return ()
    table = tables.portal_change
    for part in parts:
        connection.execute(sa.delete(table).where(sa.and_(table.c.code == code, table.c.part == part)))
        connection.execute(sa.insert(table).values(code=code, part=part, seen_on=seen_on))
    return tuple(parts)


def open_changes(connection: Connection) -> list[tuple[str, str, date]]:
    """What the portal changed since a person last checked the procedure against it: (code, part, seen on)."""
    change, procedure = tables.portal_change, tables.layer
    query = (
        sa.select(change.c.code, change.c.part, change.c.seen_on, procedure.c.content)
        .join(procedure, procedure.c.code == change.c.code)
        .where(procedure.c.kind.in_(CURATED))
        .order_by(change.c.code, change.c.part)
    )
    return [
        (code, part, seen_on)
        for code, part, seen_on, content in connection.execute(query)
        if date.fromisoformat(content["checked_on"]) < seen_on
    ]
