from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.procedures import model, serving, tables
from bot.procedures.definitions import Definition, code_of
from bot.procedures.model import Procedure
from bot.procedures.store import Store
from bot.records.keeping import READERS, Kept, RecordKeeper, TableVerdict, open_changes
from bot.records.reading import UnreadableRecord
from tests.records.made_up import CODE, DAY, PROVINCE, PROVINCES, described, entry, page, reply

LATER = DAY + timedelta(days=2)
Changes = list[tuple[str, str, date]]


@pytest.fixture
def keeper(engine: Engine) -> RecordKeeper:
    return RecordKeeper(engine, PROVINCE, PROVINCES, lambda: DAY)


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine, lambda: DAY)


def served(store: Store, code: str = CODE) -> Procedure:
    procedure = store.procedure(code, DAY)
    assert procedure is not None
    return procedure


def kept_rows(engine: Engine) -> list[tuple[str, str]]:
    table = tables.portal_record
    with engine.connect() as connection:
        return sorted((code, source) for code, source in connection.execute(sa.select(table.c.code, table.c.source)))


def changes(engine: Engine) -> Changes:
    with engine.connect() as connection:
        return open_changes(connection)


def everything(engine: Engine) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table)).all()))
            for table in tables.metadata.sorted_tables
        }


def test_a_record_is_kept_word_for_word_and_served(keeper: RecordKeeper, store: Store, engine: Engine) -> None:
    raw = reply(name="Thủ tục  cấp thẻ\u200b")
    assert keeper.keep(CODE, "api", raw, DAY) == Kept(is_new=True)
    with engine.connect() as connection:
        (row,) = connection.execute(sa.select(tables.portal_record)).all()
    assert (row.code, row.source, row.content, row.fetched_on) == (CODE, "api", raw, DAY)
    assert served(store) == described(raw)
    assert store.versions(CODE) == [DAY]
    assert keeper.fetched("api") == {CODE: (DAY, True)}


def test_the_same_record_again_changes_nothing_but_the_day(keeper: RecordKeeper, store: Store, engine: Engine) -> None:
    keeper.keep(CODE, "api", reply(), DAY)
    before, revision = everything(engine), store.revision()
    assert keeper.keep(CODE, "api", reply(), DAY) == Kept()
    assert keeper.keep(CODE, "api", reply(), DAY - timedelta(days=9)) == Kept()
    assert (everything(engine), store.revision()) == (before, revision)
    assert keeper.keep(CODE, "api", reply(), LATER) == Kept()
    assert served(store).checked_on == LATER
    assert store.versions(CODE) == [DAY]
    assert keeper.fetched("api") == {CODE: (LATER, True)}


def test_a_changed_record_takes_the_place_of_the_old_one(keeper: RecordKeeper, store: Store, engine: Engine) -> None:
    keeper.keep(CODE, "api", reply(), DAY)
    revision = store.revision()
    assert keeper.keep(CODE, "api", reply(name="Cấp thẻ ngan"), LATER) == Kept(is_changed=True)
    assert served(store).name == "Cấp thẻ ngan"
    assert store.revision() == revision + 1
    assert kept_rows(engine) == [(CODE, "api")]


def test_the_richest_record_is_served_with_what_only_the_list_knows(
    keeper: RecordKeeper, store: Store, engine: Engine
) -> None:
    keeper.keep(CODE, "list", entry(departmentPromulgate="Bộ Vịt", categories=["Vịt trời"]), DAY)
    assert served(store).is_listed_only
    keeper.keep(CODE, "page", page(), DAY)
    of_page = served(store)
    assert (of_page.details, of_page.publisher, of_page.field) == ("complete", "Bộ Vịt", "Chăn vịt")
    assert of_page.fees[0].name == "Phí, lệ phí"
    keeper.keep(CODE, "api", reply(), DAY)
    assert served(store) == described(reply())
    keeper.keep(CODE, "page", page(ten_thu_tuc="Cấp thẻ ngan"), LATER)
    assert served(store) == described(reply())
    assert len(kept_rows(engine)) == 3


def test_what_is_not_served_here_is_kept_all_the_same(keeper: RecordKeeper, store: Store, engine: Engine) -> None:
    elsewhere = {"type": "SPECIFIC", "departmentPromulgate": "UBND tỉnh Cà Mau"}
    keeper.keep_all(
        "list",
        {
            "9.000001": entry("9.000001"),
            "9.000002": entry("9.000002", type="STANDARD_INTERNAL"),
            "9.000003": entry("9.000003", **elsewhere),
            "9.000004": entry("9.000004", **{**elsewhere, "departmentPromulgate": "UBND tỉnh Hưng Yên"}),
        },
        DAY,
    )
    # A record that the list does not have, or that the list says is not for citizens.
    for code in ("9.000002", "9.000005"):
        keeper.keep(code, "page", page(code), DAY)
    assert [(head.code, served(store, head.code).scope) for head in store.heads(DAY)] == [
        ("9.000001", "national"),
        ("9.000004", "Hưng Yên"),
    ]
    assert len(kept_rows(engine)) == 6
    assert keeper.codes() == [f"9.00000{number}" for number in range(1, 6)]


def test_without_a_list_a_record_speaks_for_itself(keeper: RecordKeeper, store: Store) -> None:
    keeper.keep("9.000001", "api", reply("9.000001"), DAY)
    keeper.keep("9.000002", "api", reply("9.000002", type="STANDARD_INTERNAL"), DAY)
    keeper.keep("9.000003", "page", page("9.000003"), DAY)
    assert [head.code for head in store.heads(DAY)] == ["9.000001"]
    # The list comes later: it says what the page cannot.
    keeper.keep("9.000003", "list", entry("9.000003"), DAY)
    assert [head.code for head in store.heads(DAY)] == ["9.000001", "9.000003"]


def test_what_left_the_list_is_served_no_more_but_kept(keeper: RecordKeeper, store: Store, engine: Engine) -> None:
    for code in ("9.000001", "9.000002"):
        keeper.keep(code, "list", entry(code), DAY)
    keeper.keep("9.000001", "api", reply("9.000001"), DAY)
    assert keeper.withdraw("9.000001")
    assert not keeper.withdraw("9.000001")
    assert [head.code for head in store.heads(DAY)] == ["9.000002"]
    assert ("9.000001", "api") in kept_rows(engine)
    assert ("9.000001", "list") not in kept_rows(engine)
    keeper.keep("9.000001", "list", entry("9.000001"), LATER)
    assert served(store, "9.000001").details == "complete"
    assert keeper.stale() == {"9.000001"}


def test_details_are_stale_once_their_list_entry_changed_until_they_are_asked_for(keeper: RecordKeeper) -> None:
    codes = ["9.000001", "9.000002", "9.000003"]
    keeper.keep_all("list", {code: entry(code) for code in codes}, DAY)
    for code in codes[:2]:
        keeper.keep(code, "api", reply(code), DAY)
    assert keeper.stale() == set()
    keeper.keep_all("list", {code: entry(code, name="Cấp thẻ ngan") for code in codes}, LATER)
    assert keeper.stale() == set(codes)
    keeper.keep(codes[0], "api", reply(codes[0]), LATER)
    keeper.note_absent(codes[2], LATER)
    assert keeper.stale() == {codes[1]}


def test_details_that_the_portal_has_not_are_remembered(keeper: RecordKeeper, store: Store) -> None:
    keeper.keep(CODE, "list", entry(), DAY)
    keeper.note_absent(CODE, DAY)
    assert keeper.fetched("api") == {CODE: (DAY, False)}
    assert served(store).is_listed_only
    # They come later: that is no change of what a person has compared.
    assert keeper.keep(CODE, "api", reply(), LATER) == Kept(is_changed=True)
    assert served(store).details == "complete"


def test_an_unreadable_record_leaves_everything_as_it_was(keeper: RecordKeeper, engine: Engine) -> None:
    keeper.keep(CODE, "api", reply(), DAY)
    before = everything(engine)
    with pytest.raises(UnreadableRecord):
        keeper.keep(CODE, "api", reply(executionCases=None), LATER)
    for bad in (reply(name="Thẻ \ud800 vịt"), reply(message=["\udfff"])):
        with pytest.raises(UnreadableRecord, match=r"^9\.000001: it holds what no database can hold"):
            keeper.keep(CODE, "api", bad, LATER)
    assert everything(engine) == before


class Broken(Exception):
    """What no code expects, as if the process ended there."""


@pytest.mark.parametrize("at_once", [True, False], ids=["all at once", "one by one"])
def test_an_end_in_the_middle_leaves_no_half(
    keeper: RecordKeeper, store: Store, engine: Engine, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = {f"9.00000{number}": entry(f"9.00000{number}") for number in range(1, 4)}
    read: Callable[[Any], Any] = READERS["list"]

    def failing_on_the_second(raw: Any) -> Any:
        if raw["code"] == "9.000002":
            raise Broken
        return read(raw)

    def keep() -> None:
        if at_once:
            keeper.keep_all("list", raws, DAY)
        else:
            for code, raw in raws.items():
                keeper.keep(code, "list", raw, DAY)

    monkeypatch.setitem(READERS, "list", failing_on_the_second)
    with pytest.raises(Broken):
        keep()
    left = [] if at_once else ["9.000001"]
    assert [head.code for head in store.heads(DAY)] == left
    assert kept_rows(engine) == [(code, "list") for code in left]
    monkeypatch.setitem(READERS, "list", read)
    keep()
    assert [head.code for head in store.heads(DAY)] == sorted(raws)
    done = everything(engine)
    keep()
    assert everything(engine) == done


def test_records_are_read_anew(keeper: RecordKeeper, store: Store, engine: Engine) -> None:
    keeper.keep(CODE, "api", reply(), DAY)
    assert not keeper.reinterpret(CODE)
    with engine.begin() as connection:
        older = model.to_content(described(reply(name="Bản cũ")))
        serving.put_layer(connection, CODE, "portal", older)
        serving.serve_all(connection, [CODE], DAY)
    assert served(store).name == "Bản cũ"
    assert keeper.reinterpret(CODE)
    assert served(store) == described(reply())


def test_a_change_under_a_curated_definition_is_reported_but_not_served(
    keeper: RecordKeeper, store: Store, engine: Engine, curated: list[Definition]
) -> None:
    definition = next(file for file in curated if file.data["details"] == "complete")
    code = code_of(definition)
    store.load([definition], [])
    before = served(store, code)
    assert keeper.keep(code, "api", reply(code), DAY) == Kept(is_new=True)
    assert changes(engine) == []
    after = date.fromisoformat(definition.data["checked_on"]) + timedelta(days=30)
    kept = keeper.keep(code, "api", reply(code, name="Khác", resultsDetails=[{"name": "Thẻ ngan"}]), after)
    assert kept == Kept(is_changed=True, changed_under=("results", "name"))
    assert changes(engine) == [(code, "name", after), (code, "results", after)]
    now = served(store, code)
    assert now.results == before.results
    assert now.name == before.name
    # A person compares and sets the day of checking: the changes are dealt with.
    checked = Definition(definition.path, {**definition.data, "checked_on": after.isoformat()}, definition.lines)
    store.load([checked], [])
    assert changes(engine) == []


def test_every_part_of_a_record_is_watched_under_a_curated_definition(
    keeper: RecordKeeper, store: Store, curated: list[Definition]
) -> None:
    definition = curated[0]
    code = code_of(definition)
    store.load([definition], [])
    keeper.keep(code, "api", reply(code), DAY)
    keeper.keep(code, "page", page(code), DAY)
    keeper.keep(code, "list", entry(code), DAY)
    api = {
        "executionCases": "documents",
        "executionMethods": "deadlines and fees",
        "executionSteps": "steps",
        "legalBasisesDetails": "legal basis",
        "resultsDetails": "results",
    }
    for key, part in api.items():
        assert keeper.keep(code, "api", reply(code, **{key: []}), DAY).changed_under == (part,)
        keeper.keep(code, "api", reply(code), DAY)
    other = {"requirementsAndConditions": "Có gà", "decisionNo": "8/QĐ", "message": "khác"}
    assert [keeper.keep(code, "api", reply(code, **{key: text}), DAY).changed_under for key, text in other.items()] == [
        ("conditions",),
        ("conditions", "decision"),
        ("decision",),
    ]
    cells = {
        "thanh_phan_ho_so": "documents",
        "cach_thuc_thuc_hien": "deadlines and fees",
        "trinh_tu_thuc_hien": "steps",
        "can_cu_phap_ly": "legal basis",
        "ket_qua_xu_ly": "results",
        "yeu_cau_dieu_kien": "conditions",
        "so_quyet_dinh": "decision",
    }
    for key, part in cells.items():
        changed = page(code, **{key: "Không có thông tin"})
        assert keeper.keep(code, "page", changed, DAY).changed_under == (part,)
        keeper.keep(code, "page", page(code), DAY)
    assert keeper.keep(code, "list", entry(code, name="Khác"), DAY).changed_under == ("name",)


def test_a_listed_definition_gets_its_details_from_the_record_and_a_complete_one_does_not(
    keeper: RecordKeeper, store: Store, curated: list[Definition]
) -> None:
    listed = next(file for file in curated if file.data["details"] == "listed")
    complete = next(file for file in curated if file.data["details"] == "complete")
    store.load([listed, complete], [])
    before = served(store, code_of(complete))
    for definition in (listed, complete):
        keeper.keep(code_of(definition), "api", reply(code_of(definition)), DAY)
    filled = served(store, code_of(listed))
    of_record = described(reply(code_of(listed)))
    assert (filled.details, filled.origin, filled.is_imported) == ("complete", "portal", True)
    assert filled.name == listed.data["name"]
    assert filled.summary == listed.data["summary"]
    assert [row.name for row in filled.agencies] == [row["name"] for row in listed.data["agencies"]]
    for part in ("documents", "fees", "deadlines", "steps", "results", "confirmations", "legal_basis"):
        assert getattr(filled, part) == getattr(of_record, part), part
    assert {saying.text for saying in filled.sayings} >= set(listed.data["names"])
    now = served(store, code_of(complete))
    assert (now.documents, now.fees, now.origin) == (before.documents, before.fees, "curated")
    assert (before.publisher, now.publisher) == (None, "Bộ Ao hồ")


def test_a_table_wins_over_the_record_until_it_says_the_same(keeper: RecordKeeper, store: Store) -> None:
    keeper.keep(CODE, "api", reply(), DAY)
    as_exported = Procedure(**{**vars(served(store)), "origin": "table", "flags": (), "sayings": (), "twins": ()})
    assert keeper.keep_table(as_exported) is TableVerdict.UNCHANGED
    assert served(store).origin == "portal"
    edited = Procedure(**{**vars(as_exported), "summary": "Cấp thẻ cho vịt."})
    assert keeper.keep_table(edited) is TableVerdict.CHANGED
    assert keeper.keep_table(edited) is TableVerdict.UNCHANGED
    assert (served(store).summary, served(store).origin) == ("Cấp thẻ cho vịt.", "table")
    # The portal changes below it, which is reported and not served.
    assert keeper.keep(CODE, "api", reply(resultsDetails=[]), LATER).changed_under == ("results",)
    assert served(store).results == as_exported.results
    keeper.keep(CODE, "api", reply(), DAY)
    assert keeper.keep_table(as_exported) is TableVerdict.CHANGED
    assert served(store).origin == "portal"


def test_a_table_does_not_change_what_a_definition_file_says(
    keeper: RecordKeeper, store: Store, curated: list[Definition]
) -> None:
    definition = next(file for file in curated if file.data["details"] == "complete")
    code = code_of(definition)
    store.load([definition], [])
    before = store.procedures(None, [code])[code]
    as_exported = Procedure(**{**vars(before), "origin": "table", "flags": (), "sayings": (), "twins": ()})
    assert keeper.keep_table(as_exported) is TableVerdict.UNCHANGED
    edited = Procedure(**{**vars(as_exported), "summary": "Khác trước."})
    assert keeper.keep_table(edited) is TableVerdict.HAS_A_DEFINITION
    assert store.procedures(None, [code])[code] == before
