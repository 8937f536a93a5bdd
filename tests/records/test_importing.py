from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from bot.cli import app
from bot.procedures import tables
from bot.procedures.definitions import Definition, code_of
from bot.procedures.store import Store, connect
from bot.records.files import Found
from bot.records.importing import ImportReport, import_list, import_records
from bot.records.keeping import RecordKeeper
from bot.settings import ROOT
from tests.records.made_up import DAY, PROVINCE, PROVINCES, described, entry, page, reply
from tests.records.test_keeping import everything, kept_rows

LATER = DAY + timedelta(days=7)
#: Enough to be killed among: as many list entries, and as many details.
MANY = 75


@pytest.fixture
def keeper(engine: Engine) -> RecordKeeper:
    return RecordKeeper(engine, PROVINCE, PROVINCES, lambda: DAY)


def quiet(_what: str, _done: int, _of: int) -> None:
    pass


def found(source: str, *raws: Any) -> list[Found]:
    return [Found(source, raw, f"{source}:{number}") for number, raw in enumerate(raws, start=1)]


def imported(keeper: RecordKeeper, *items: Found, on: Any = DAY) -> ImportReport:
    return import_records(keeper, items, on, PROVINCE, quiet)


def codes(count: int) -> list[str]:
    return [f"9.{number:06}" for number in range(1, count + 1)]


def test_records_of_all_kinds_in_any_order_and_again(keeper: RecordKeeper, engine: Engine) -> None:
    first, second, third, fourth = codes(4)
    told: list[tuple[str, int, int]] = []
    items = [
        *found("page", page(second), page(fourth), page("vịt")),
        *found("api", reply(first), reply(third, executionCases=None)),
        *found("list", *(entry(code) for code in (first, second, third)), entry(type=None)),
        *found("list", entry(fourth, type="STANDARD_INTERNAL"), entry("9.000005", type="SPECIFIC")),
    ]
    report = import_records(keeper, items, DAY, PROVINCE, lambda *args: told.append(args))
    assert report.counts == {("list", "new"): 5, ("api", "new"): 1, ("page", "new"): 2}
    assert [where for where, _ in report.skipped] == ["list:4", "api:2", "page:3"]
    assert report.not_served == {
        "between offices, not for citizens": 1,
        "of another place than Hưng Yên": 1,
    }
    assert (report.withdrawn, report.changed_under, report.is_change) == ([], {}, True)
    assert told == [("list", 5, 5), ("api", 1, 2), ("api", 2, 2), ("page", 1, 3), ("page", 2, 3), ("page", 3, 3)]
    store = Store(engine)
    assert [(head.code, head.details) for head in store.heads(DAY)] == [
        (first, "complete"),
        (second, "complete"),
        (third, "listed"),
    ]
    assert store.procedure(first, DAY) == described(reply(first))

    before, revision = everything(engine), store.revision()
    again = import_records(keeper, items, DAY, PROVINCE, quiet)
    assert again.counts == {("list", "unchanged"): 5, ("api", "unchanged"): 1, ("page", "unchanged"): 2}
    assert not again.is_change
    assert (everything(engine), store.revision()) == (before, revision)


def test_a_list_longer_than_a_transaction_is_taken_in_whole(
    keeper: RecordKeeper, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.records.importing.ENTRIES_AT_ONCE", 3)
    told: list[int] = []
    entries = [(code, entry(code)) for code in codes(7)]
    import_list(keeper, entries, DAY, ImportReport(), lambda _what, done, _of: told.append(done))
    assert told == [3, 6, 7]
    assert [head.code for head in Store(engine).heads(DAY)] == codes(7)


def test_one_entry_that_cannot_be_kept_does_not_keep_the_others_out(keeper: RecordKeeper, engine: Engine) -> None:
    first, second, third = codes(3)
    report = imported(keeper, *found("list", entry(first), entry(second, name="Thẻ \ud800"), entry(third)))
    assert report.counts == {("list", "new"): 2}
    assert [where for where, _ in report.skipped] == [second]
    assert [head.code for head in Store(engine).heads(DAY)] == [first, third]


def test_what_left_the_list_is_withdrawn_and_comes_back_with_it(keeper: RecordKeeper, engine: Engine) -> None:
    ten = codes(10)
    imported(keeper, *found("list", *map(entry, ten)), *found("api", *map(reply, ten)))
    store = Store(engine)
    # One entry is there but broken: it has not left the list.
    report = imported(keeper, *found("list", *map(entry, ten[2:]), entry(ten[1], name="")), on=LATER)
    assert report.withdrawn == [ten[0]]
    assert report.is_change
    assert report.not_served == {"not in the portal's list: withdrawn, or the list was not imported": 1}
    assert [head.code for head in store.heads(DAY)] == ten[1:]
    assert (ten[0], "api") in kept_rows(engine)
    report = imported(keeper, *found("list", *map(entry, ten)), on=LATER)
    assert (report.withdrawn, report.not_served) == ([], Counter())
    assert store.procedure(ten[0], DAY) == described(reply(ten[0]))


def test_a_list_that_is_cut_off_withdraws_nothing(keeper: RecordKeeper, engine: Engine) -> None:
    ten = codes(10)
    imported(keeper, *found("list", *map(entry, ten)))
    report = imported(keeper, *found("list", *map(entry, ten[:7])), on=LATER)
    assert report.withdrawn == []
    assert report.skipped == [("list", "the list has 7 of 10 known procedures: taken for cut off, nothing withdrawn")]
    assert [head.code for head in Store(engine).heads(DAY)] == ten
    # A list that says itself that it is not whole, however much it has.
    report = ImportReport()
    import_list(keeper, [(code, entry(code)) for code in ten[:9]], LATER, report, quiet, is_whole=False)
    assert (report.withdrawn, len(report.skipped)) == ([], 1)
    report = ImportReport()
    import_list(keeper, [(code, entry(code)) for code in ten], LATER, report, quiet, is_whole=False)
    assert report.skipped == []


def test_a_curated_procedure_outlives_its_entry_and_the_report_says_so(
    keeper: RecordKeeper, engine: Engine, curated: list[Definition]
) -> None:
    store = Store(engine)
    definition = next(file for file in curated if file.data["details"] == "complete")
    code = code_of(definition)
    store.load([definition], [])
    others = codes(9)
    imported(keeper, *found("list", entry(code), *map(entry, others)))
    report = imported(keeper, *found("list", *map(entry, others)), on=LATER)
    assert (report.withdrawn, report.changed_under) == ([code], {code: ("list",)})
    served = store.procedure(code, DAY)
    assert served is not None
    assert served.origin == "curated"


def start_import(url: str, path: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATABASE_URL": url, "PROVINCE": PROVINCE}
    command = [sys.executable, "-m", "bot.cli", "import", "--as-of", DAY.isoformat(), str(path)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finish_import(path: Path) -> str:
    result = CliRunner().invoke(app, ["import", "--as-of", DAY.isoformat(), str(path)])
    assert result.exit_code == 0, result.output
    return result.output


def write_many(path: Path, raws: Sequence[Any]) -> Path:
    path.write_text("".join(f"{json.dumps(raw, ensure_ascii=False)}\n" for raw in raws), encoding="utf-8")
    return path


def test_an_import_that_is_killed_is_finished_by_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = codes(MANY)
    path = write_many(tmp_path / "many.jsonl", [*map(entry, many), *map(reply, many)])
    url = f"sqlite:///{tmp_path / 'motcua.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("PROVINCE", PROVINCE)
    process = start_import(url, path)
    engine = connect(url)
    try:
        wait_for_details(engine, 20)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        whole = {code: described(reply(code)) for code in many}
        # Each procedure is whole: as its record says, or as its entry says.
        served = Store(engine).procedures(DAY)
        with_details = [code for code, procedure in served.items() if not procedure.is_listed_only]
        assert sorted(served) == many
        assert 20 <= len(with_details) < MANY
        assert sorted(code for code, source in kept_rows(engine) if source == "api") == with_details
        for code, procedure in served.items():
            assert procedure == (whole[code] if code in with_details else described(entry(code), "list"))

        out = finish_import(path)
        assert f"API records: {MANY - len(with_details)} new, {len(with_details)} unchanged" in out
        assert f"{MANY} procedures are served: {MANY} from the portal's records" in out
        assert Store(engine).procedures(DAY) == whole
        done = everything(engine)
        out = finish_import(path)
        assert f"API records: {MANY} unchanged" in out
        assert everything(engine) == done
    finally:
        process.kill()
        process.wait()
        engine.dispose()


def wait_for_details(engine: Engine, count: int) -> None:
    table = tables.portal_record
    query = sa.select(sa.func.count()).where(table.c.source == "api")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with engine.connect() as connection:
                if connection.execute(query).scalar_one() >= count:
                    return
        except sa.exc.OperationalError:
            pass  # The tables are not there yet.
        time.sleep(0.005)
    pytest.fail(f"{count} details were not imported in time")
