from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from rich.console import Console
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from bot import records_cli
from bot.cli import app
from bot.procedures import tables
from bot.procedures.definitions import Definition, code_of
from bot.procedures.portal_guides import Guide
from bot.procedures.store import Store, connect, migrate
from bot.records.portal_api import PortalApi
from tests.portal_stub import FIREWALL, portal_server
from tests.records.made_up import CODE, entry, fee, method, page, reply

RUNNER = CliRunner(mix_stderr=False) if "mix_stderr" in CliRunner.__init__.__code__.co_varnames else CliRunner()
CODES = ["9.000001", "9.000002", "9.000003"]


@pytest.fixture(autouse=True)
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The database of the settings, without its tables."""
    url = f"sqlite:///{tmp_path / 'motcua.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("PROVINCE", "Hưng Yên")
    monkeypatch.setenv("PORTAL_RATE", "1000")
    monkeypatch.setattr(records_cli, "PortalApi", partial(PortalApi, pause=0.001))
    engine = connect(url)
    yield engine
    engine.dispose()


def attempt(*arguments: object) -> Result:
    return RUNNER.invoke(app, [str(argument) for argument in arguments])


def run(*arguments: object) -> str:
    result = attempt(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def write(path: Path, *raws: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(raw, ensure_ascii=False)}\n" for raw in raws), encoding="utf-8")
    return path


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A folder with a list, replies and a page."""
    folder = tmp_path / "records"
    write(folder / "list.jsonl", *map(entry, CODES), entry("9.000004", type="STANDARD_INTERNAL"))
    write(folder / "api" / "1.json", reply(CODES[0]))
    write(folder / "pages.jsonl", page(CODES[1]), {"vịt": 1})
    return folder


def test_an_import_prints_what_it_did_and_a_second_one_changes_nothing(records: Path, engine: Engine) -> None:
    lines = run("import", records, "--as-of", "2026-11-20").splitlines()
    assert lines[:-1] == [
        "list entries: 4 of 4",
        "API records: 1 of 1",
        "crawled pages: 1 of 1",
        "list entries: 4 new",
        "API records: 1 new",
        "crawled pages: 1 new",
        "not served: 1 (between offices, not for citizens)",
        f"skipped: {records / 'pages.jsonl'}:2: no record of a procedure",
    ]
    assert lines[-1].startswith(
        "3 procedures are served: 2 from the portal's records, 1 known from the list only. It took "
    )
    served = Store(engine).procedures(date.today())
    assert {procedure.checked_on for procedure in served.values()} == {date(2026, 11, 20)}
    revision = Store(engine).revision()
    again = run("import", records, "--as-of", "2026-11-20")
    assert "list entries: 4 unchanged\nAPI records: 1 unchanged\ncrawled pages: 1 unchanged\n" in again
    assert Store(engine).revision() == revision
    assert run("import").splitlines()[-1] == "4 procedures read anew from their kept records; 0 changed."


def test_a_day_that_is_none_and_a_file_that_is_not_there_change_nothing(records: Path, engine: Engine) -> None:
    result = attempt("import", records, "--as-of", "hôm qua")
    assert (result.exit_code, result.stderr) == (2, "'hôm qua' is no day. Write it as 2026-07-18.\n")
    assert attempt("import", records / "missing.json").exit_code == 2
    assert not sa.inspect(engine).get_table_names()


def test_many_things_skipped_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "many.jsonl", *[{"vịt": number} for number in range(45)])
    lines = run("import", path).splitlines()
    assert len([line for line in lines if line.startswith("skipped: ")]) == 41
    assert lines[-2] == "skipped: and 5 more"


def test_a_kept_record_that_cannot_be_read_any_more_does_not_stop_the_reading_anew(
    records: Path, engine: Engine
) -> None:
    run("import", records)
    table = tables.portal_record
    with engine.begin() as connection:
        here = sa.and_(table.c.code == CODES[0], table.c.source == "api")
        connection.execute(sa.update(table).where(here).values(content={"code": CODES[0]}))
    result = attempt("import")
    assert result.stderr.startswith(f"left as it was: {CODES[0]}: ")
    assert result.stdout.splitlines()[-1] == "4 procedures read anew from their kept records; 0 changed."
    procedure = Store(engine).procedure(CODES[0], date.today())
    assert procedure is not None
    assert procedure.details == "complete"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_back_unchanged(
    kind: str, records: Path, tmp_path: Path, engine: Engine, curated: list[Definition], guides: list[Guide]
) -> None:
    """Procedures that the project ships, whole and listed ones, and imported ones."""
    migrate(engine)
    store = Store(engine)
    listed = [definition for definition in curated if definition.data["details"] == "listed"]
    store.load([*curated[::9], *(definition for definition in listed if definition not in curated[::9])], guides)
    run("import", records)
    before, revision = store.procedures(None), store.revision()
    path = tmp_path / "new" / f"bảng.{kind}"
    assert run("export", "--format", kind, "--output", path) == f"{len(before)} procedures in {path}\n"
    out = run("import", path)
    assert f"procedures of tables: {len(before)} unchanged\n" in out
    assert "skipped" not in out
    assert store.procedures(None) == before
    assert store.revision() == revision


def test_a_cell_that_staff_changed_is_served_and_a_curated_file_stays(
    records: Path, tmp_path: Path, engine: Engine, curated: list[Definition]
) -> None:
    migrate(engine)
    store = Store(engine)
    definition = next(file for file in curated if file.data["details"] == "complete")
    store.load([definition], [])
    run("import", records)
    path = tmp_path / "bảng.csv"
    run("export", "--format", "csv", "--output", path, "--code", CODES[0], "--code", code_of(definition))
    text = path.read_text(encoding="utf-8-sig")
    edited = text.replace("Thẻ nuôi vịt", "Thẻ ngan").replace(str(definition.data["summary"]), "Khác trước.")
    path.write_text(edited, encoding="utf-8-sig")
    out = run("import", path)
    assert "procedures of tables: 1 changed\n" in out
    assert f"skipped: {code_of(definition)}: described in a definition file: change it there\n" in out
    assert "1 curated, 1 from a table, 1 from the portal's records, 1 known from the list only" in out
    served = store.procedures(date.today())
    assert [row.name for row in served[CODES[0]].results] == ["Thẻ ngan"]
    assert served[code_of(definition)].summary == definition.data["summary"]


@pytest.mark.parametrize("name", ["vịt.csv", "vịt.xlsx"])
def test_a_table_that_cannot_be_read_is_skipped_with_the_reason(
    name: str, records: Path, tmp_path: Path, engine: Engine
) -> None:
    path = tmp_path / name
    path.write_bytes("Vịt,Gà\n".encode())
    out = run("import", records, path)
    assert f"skipped: {path}: no table of `motcua export`: " in out
    path.write_bytes(b"\xff\xfe\x00\x01")
    assert f"skipped: {path}: no table of `motcua export`: " in run("import", path)
    assert len(Store(engine).heads(date.today())) == 3


def test_linked_data_of_all_or_one(records: Path, tmp_path: Path) -> None:
    run("import", records)
    path = tmp_path / "motcua.jsonld"
    assert run("export", "--format", "jsonld", "--output", path) == f"3 procedures in {path}\n"
    graph = json.loads(path.read_text(encoding="utf-8"))["@graph"]
    services = [node for node in graph if node["@type"] == "cpsv:PublicService"]
    assert [node["dct:identifier"] for node in services] == CODES
    run("export", "--format", "jsonld", "--output", path, "--code", CODES[1])
    assert CODES[0] not in path.read_text(encoding="utf-8")
    result = attempt("export", "--format", "csv", "--output", path, "--code", "9.000009")
    assert (result.exit_code, result.stderr) == (1, "No procedure 9.000009 is served. `motcua search` finds codes.\n")
    assert CODES[1] in path.read_text(encoding="utf-8")


def test_a_draft_on_the_screen_or_in_a_file(records: Path, tmp_path: Path) -> None:
    run("import", records)
    on_screen = YAML(typ="safe", pure=True).load(run("propose", CODES[0]))
    assert on_screen["code"] == CODES[0]
    path = tmp_path / "vit" / f"{CODES[0]}.yml"
    run("propose", CODES[0], "--output", path)
    assert YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) == on_screen
    before = path.read_bytes()
    result = attempt("propose", CODES[1], "--output", path)
    assert (result.exit_code, path.read_bytes()) == (1, before)
    assert "exists already" in result.stderr
    assert attempt("propose", "9.000009").exit_code == 1


def test_confirmations_are_listed_accepted_and_rejected(records: Path) -> None:
    assert run("confirmations", "list") == "0 proposed.\n"
    run("import", records)
    lines = run("confirmations", "list").splitlines()
    assert len(lines) == 5
    assert lines[1] == "    “Sổ vịt có xác nhận của Trưởng thôn”"
    assert lines[-1] == "2 proposed."
    code, fingerprint, *says = lines[0].split()
    assert (code, " ".join(says)) == (CODES[0], "Trưởng thôn: xác nhận trên giấy tờ này")
    assert run("confirmations", "accept", code, fingerprint) == f"accepted: {code} {fingerprint}\n"
    assert run("confirmations", "list", code) == "0 proposed.\n"
    assert "Trưởng thôn xác nhận trên giấy tờ này" in run("show", code)
    assert run("confirmations", "reject", CODES[1], fingerprint) == f"rejected: {CODES[1]} {fingerprint}\n"
    result = attempt("confirmations", "reject", code, fingerprint)
    assert result.exit_code == 1
    assert result.stderr == (
        f"{code} has no proposed confirmation {fingerprint}. `motcua confirmations list {code}` shows them.\n"
    )


def test_dubious_places_and_changes_of_the_portal_are_shown(
    tmp_path: Path, engine: Engine, curated: list[Definition]
) -> None:
    migrate(engine)
    definition = curated[0]
    code = code_of(definition)
    Store(engine).load([definition], [])
    unclear = reply(CODE, executionMethods=[method(fees=[fee(7, "một vịt")])])
    run("import", write(tmp_path / "1.jsonl", reply(code), unclear))
    later = date.fromisoformat(definition.data["checked_on"]) + timedelta(days=9)
    out = run("import", write(tmp_path / "2.jsonl", reply(code, name="Khác")), "--as-of", later.isoformat())
    assert f"the portal changed {code}: name (described by hand: compare and check anew)" in out
    assert run("check", "--imported").splitlines() == [
        "    1  fee_implausible in fees, kept out of answers: "
        f"an amount too low or too high to be one, or a cell gone wrong (such as {CODE})",
        f"the portal changed {code}: name (seen on {later}; compare, then set its checked_on)",
    ]
    assert run("check", "--imported", "--kind", "fee_implausible") == f"{CODE} fees: 7 Việt Nam Đồng một vịt\n"
    assert run("check", "--imported", "--kind", "scrambled") == ""


def test_a_sync_brings_the_list_and_the_details(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    with portal_server() as portal:
        monkeypatch.setenv("PORTAL_URL", f"{portal.url}/")
        portal.publish(*CODES)
        out = run("sync")
        assert "list entries: 3 new\nAPI records: 3 new\n" in out
        assert "3 procedures are served: 3 from the portal's records." in out
        assert portal.asked() == CODES
        assert "API records: 1 unchanged\n" in run("sync", "--recheck", "1")
        assert portal.asked() == CODES[:1]
        run("sync", "--recheck", "0")
        assert portal.asked() == []
        del portal.records[CODES[1]]
        portal.change(CODES[1], listed={"name": "Cấp thẻ ngan"}, name="Cấp thẻ ngan")
        portal.publish(*[f"9.00010{number}" for number in range(9)])
        portal.withdraw(CODES[2])
        portal.broken["9.000104"] = FIREWALL
        result = attempt("sync", "--recheck", "0")
        assert result.exit_code == 1
        assert result.stderr == (
            "Stopped after 4 of 10 details: the portal's firewall answered with a page instead of data. "
            "What was fetched is kept; run it again later to go on.\n"
        )
        portal.broken.clear()
        portal.asked()
        out = run("sync", "--recheck", "0")
        assert portal.asked() == [*(f"9.00010{number}" for number in range(4, 9)), CODES[1]]
        assert "API records: 5 new, 1 changed\n" in out
        portal.withdraw("9.000108")
        assert "withdrawn: 9.000108 is not in the portal's list any more\n" in run("sync", "--recheck", "0")
    assert "9.000108" not in Store(engine).procedures(date.today())


def test_a_portal_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_URL", "http://127.0.0.1:9")
    result = attempt("sync")
    assert result.exit_code == 1
    assert result.stderr.startswith("The list could not be read: ")
    assert "Traceback" not in result.output


def test_a_person_who_watches_sees_bars(records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(highlight=False, soft_wrap=True, force_terminal=True, width=100)
    monkeypatch.setattr(records_cli, "console", console)
    with console.capture() as captured:
        assert attempt("import", records).exit_code == 0
    assert "list entries" in captured.get()
    assert "4/4" in captured.get()
