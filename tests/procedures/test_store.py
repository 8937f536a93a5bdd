from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from bot.procedures import life_events, model, tables
from bot.procedures.definitions import Definition, code_of
from bot.procedures.life_events import LifeEvent
from bot.procedures.offices import Office
from bot.procedures.portal_guides import Guide
from bot.procedures.store import LoadReport, Store, connect, migrate
from bot.settings import ROOT
from tests.conftest import TODAY


def changed(definition: Definition, **data: object) -> Definition:
    return replace(definition, data={**definition.data, **data})


def test_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)


def test_what_is_loaded_comes_back_whole(engine: Engine, curated: list[Definition], guides: list[Guide]) -> None:
    store = Store(engine)
    store.load(curated, guides)
    loaded = store.procedures(TODAY)
    assert set(loaded) == {code_of(definition) for definition in curated}
    for definition in curated:
        expected = model.from_definition(definition.data)
        dated = {
            part: tuple(r for r in getattr(expected, part) if model.in_force(r, TODAY)) for part in ("agencies", "fees")
        }
        assert loaded[expected.code] == replace(expected, **dated)
    assert store.guides().keys() == {guide.topic for guide in guides}


def test_a_load_reports_what_it_did_and_a_second_one_changes_nothing(
    engine: Engine, curated: list[Definition], guides: list[Guide]
) -> None:
    store = Store(engine)
    first, second, third = curated[:3]
    report = store.load([first, second], guides).procedures
    assert report.added == tuple(sorted([code_of(first), code_of(second)]))
    revision = store.revision()
    again = store.load([first, second], guides)
    assert not again.procedures.is_change
    assert not again.guides.is_change
    assert store.revision() == revision
    report = store.load([changed(first, summary="Khác trước."), third], guides).procedures
    assert report == LoadReport((code_of(third),), (code_of(first),), (), (code_of(second),))
    assert store.revision() == revision + 1
    assert store.procedure(code_of(second), TODAY) is None


def test_life_events_are_loaded_changed_and_withdrawn(engine: Engine) -> None:
    store = Store(engine)
    files, _ = life_events.read_folder(ROOT / "data" / "life_events")
    first, second, third = (LifeEvent.from_content(file.data) for file in files[:3])
    assert store.load([], [], life_events=[first, second]).life_events.added == (first.key, second.key)
    assert store.life_events() == {first.key: first, second.key: second}
    revision = store.revision()
    assert not store.load([], [], life_events=[first, second]).life_events.is_change
    assert store.revision() == revision
    renamed = LifeEvent.from_content({**first.content, "name": "Khác trước"})
    report = store.load([], [], life_events=[renamed, third]).life_events
    assert report == LoadReport((third.key,), (first.key,), (), (second.key,))
    assert store.revision() == revision + 1
    assert store.life_events()[first.key].name == "Khác trước"


def test_a_failed_load_leaves_everything_as_it_was(engine: Engine, curated: list[Definition]) -> None:
    store = Store(engine)
    store.load(curated[:2], [])
    before = store.procedures(TODAY)
    broken = changed(curated[2], checked_on=None)
    with pytest.raises((sa.exc.IntegrityError, TypeError)):
        store.load([changed(curated[0], summary="Khác trước."), broken], [])
    assert store.procedures(TODAY) == before


def test_what_is_out_of_force_is_never_offered(engine: Engine, curated: list[Definition]) -> None:
    store = Store(engine)
    ended = changed(curated[0], valid_to=(TODAY - timedelta(days=1)).isoformat())
    coming = changed(curated[1], valid_from=(TODAY + timedelta(days=1)).isoformat())
    store.load([ended, coming, curated[2]], [])
    assert [head.code for head in store.heads(TODAY)] == [code_of(curated[2])]
    assert list(store.procedures(TODAY)) == [code_of(curated[2])]
    assert store.procedure(code_of(ended), TODAY - timedelta(days=1)) is not None


def test_dated_rows_are_given_on_their_days_only(engine: Engine, curated: list[Definition]) -> None:
    fees = [
        {"name": "Lệ phí", "kind": "fixed", "amount": 10_000, "valid_to": "2026-06-30"},
        {"name": "Lệ phí", "kind": "fixed", "amount": 20_000, "valid_from": "2026-07-01"},
    ]
    agencies = [
        {"role": "receives", "name": "Ủy ban nhân dân cấp huyện", "valid_to": "2025-06-30"},
        {"role": "receives", "name": "Trung tâm Phục vụ hành chính công"},
    ]
    store = Store(engine)
    store.load([changed(curated[0], fees=fees, agencies=agencies)], [])
    code = code_of(curated[0])
    today, before = store.procedure(code, TODAY), store.procedure(code, date(2025, 1, 1))
    assert today is not None
    assert before is not None
    assert [fee.amount for fee in today.fees] == [20_000]
    assert [agency.name for agency in today.agencies] == ["Trung tâm Phục vụ hành chính công"]
    assert [fee.amount for fee in before.fees] == [10_000]
    assert len(before.agencies) == 2


def test_an_sqlite_folder_is_made(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'folder' / 'motcua.db'}")
    migrate(engine)
    assert Store(engine).revision() == 0
    engine.dispose()


def test_a_procedure_is_given_as_it_was_on_a_day(engine: Engine, curated: list[Definition]) -> None:
    days = [TODAY - timedelta(days=number) for number in (30, 20, 10)]
    today = iter([days[0], days[0], days[1], days[2]])
    store = Store(engine, lambda: next(today))
    fees = [
        {"name": "Lệ phí", "kind": "fixed", "amount": 10_000, "valid_to": days[1].isoformat()},
        {"name": "Lệ phí", "kind": "fixed", "amount": 20_000, "valid_from": (days[1] + timedelta(days=1)).isoformat()},
    ]
    first = changed(curated[0], fees=fees)
    code = code_of(first)
    store.load([first], [])
    # Compared once more on the same day, and with more ways of asking: no other version.
    store.load([changed(first, checked_on=TODAY.isoformat(), names=["thẻ vịt"])], [])
    store.load([changed(first, summary="Khác trước.")], [])
    store.load([], [])
    assert store.versions(code) == days

    def as_of(day: date) -> tuple[str, list[int | None]] | None:
        procedure = store.procedure_as_of(code, day)
        return procedure and (procedure.summary, [fee.amount for fee in procedure.fees])

    before = str(first.data["summary"])
    assert as_of(days[0] - timedelta(days=1)) == (before, [10_000])
    assert as_of(days[0]) == (before, [10_000])
    assert as_of(days[1] - timedelta(days=1)) == (before, [10_000])
    assert as_of(days[1]) == ("Khác trước.", [10_000])
    assert as_of(days[2] - timedelta(days=1)) == ("Khác trước.", [20_000])
    assert as_of(days[2]) is None
    assert as_of(TODAY) is None
    assert store.procedure_as_of("9.999999", TODAY) is None
    assert store.versions("9.999999") == []


def test_a_version_tells_when_a_procedure_was_in_force(engine: Engine, curated: list[Definition]) -> None:
    store = Store(engine, lambda: TODAY)
    ended = changed(curated[0], valid_to=(TODAY - timedelta(days=1)).isoformat())
    store.load([ended], [])
    assert store.procedure_as_of(code_of(ended), TODAY) is None
    assert store.procedure_as_of(code_of(ended), TODAY - timedelta(days=1)) is not None


def test_every_row_is_given_where_no_day_is_asked_for(engine: Engine, curated: list[Definition]) -> None:
    store = Store(engine)
    fees = [
        {"name": "Lệ phí", "kind": "fixed", "amount": 10_000, "valid_to": "2025-06-30"},
        {"name": "Lệ phí", "kind": "fixed", "amount": 20_000, "valid_from": "2025-07-01"},
    ]
    definition = changed(curated[0], fees=fees, valid_to="2025-12-31")
    store.load([definition], [])
    whole = store.procedures(None)
    assert whole == {code_of(definition): model.from_definition(definition.data)}
    assert store.procedures(TODAY) == {}


def test_ways_of_asking_are_loaded_with_the_definitions_and_withdrawn_like_them(
    engine: Engine, curated: list[Definition]
) -> None:
    store = Store(engine)
    code = code_of(curated[0])
    sayings = {
        code: {
            "sayings": [{"style": "formal", "text": "xin cấp thẻ vịt"}],
            "twins": [{"code": "9.000002", "question": "Vịt hay ngan ạ?"}],
        },
        "9.000009": {"sayings": [{"style": "formal", "text": "xin cấp thẻ ngan"}]},
    }
    reports = store.load(curated[:1], [], sayings)
    assert reports.sayings.added == tuple(sorted(sayings))
    served = store.procedure(code, TODAY)
    assert served is not None
    assert "xin cấp thẻ vịt" in {saying.text for saying in served.sayings}
    assert "9.000002" in {twin.code for twin in served.twins}
    # Ways of asking for what no layer describes serve nothing.
    assert [head.code for head in store.heads(TODAY)] == [code]
    assert not store.load(curated[:1], [], sayings).sayings.is_change
    assert store.load(curated[:1], []).sayings.withdrawn == tuple(sorted(sayings))
    served = store.procedure(code, TODAY)
    assert served is not None
    assert "xin cấp thẻ vịt" not in {saying.text for saying in served.sayings}


def test_offices_of_staff_replace_the_shipped_ones_of_a_place(engine: Engine) -> None:
    store = Store(engine)
    shipped = [
        Office("commune_centre", "Trung tâm A", "Hưng Yên", "11977"),
        Office("commune_centre", "Trung tâm B", "Hưng Yên", "11980"),
    ]
    better = Office("commune_centre", "Trung tâm A", "Hưng Yên", "11977", "Thôn B", hours={"monday": ()})
    assert store.load([], [], offices=shipped).offices.added == tuple(sorted(office.key for office in shipped))
    before = store.revision()
    assert store.import_offices([better]).added == (better.key,)
    assert store.revision() == before + 1
    assert store.offices() == (better, shipped[1])
    assert not store.load([], [], offices=shipped).offices.is_change
    assert store.import_offices([better]).unchanged == (better.key,)
    assert store.revision() == before + 1
    assert store.import_offices([]).withdrawn == (better.key,)
    assert store.offices() == tuple(shipped)
