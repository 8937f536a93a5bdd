from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

HEADER = "kind,ward_code,name,phone,checked_on,source\n"


@pytest.fixture(autouse=True)
def _database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["offices", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_template_has_every_commune_and_can_be_imported_again(tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    assert run("template", file)[0] == 0
    assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 1 + 1 + 104
    assert run("import", file) == (0, "105 added\n0 changed\n0 unchanged\n0 withdrawn\n")
    assert "105 unchanged" in run("import", file)[1]
    assert run("template")[1].splitlines() == file.read_text(encoding="utf-8-sig").splitlines()


def test_a_bad_line_stops_the_import_and_nothing_is_half_done(tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    file.write_text(HEADER + "commune_centre,11977,A,0221 3000 000,2026-11-20,x\n", encoding="utf-8")
    assert run("import", file)[0] == 0
    file.write_text(HEADER + "commune_centre,11980,B,,,\nshop,11977,C,,,\n", encoding="utf-8")
    code, told = run("import", file)
    assert code == 1
    assert f"{file}:3: there is no kind 'shop'" in told.replace("\n", " ")
    listed = run("list")[1]
    assert "11977" in listed
    assert "11980" not in listed


def test_the_list_can_show_what_is_unverified_only(tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    header = "kind,ward_code,name,address,phone,checked_on,source\n"
    rows = "commune_centre,11977,A,B,0221 3000 000,2026-11-20,x\ncommune_centre,11980,C,,,,\n"
    file.write_text(header + rows, encoding="utf-8")
    run("import", file)
    assert "11977" in run("list")[1]
    assert "11977" not in run("list", "--unverified")[1]
    assert "11980" in run("list", "--unverified")[1]
