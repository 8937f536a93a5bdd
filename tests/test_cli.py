from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.procedures import definitions
from bot.procedures.store import Store, connect
from bot.settings import ROOT

RUNNER = CliRunner(mix_stderr=False) if "mix_stderr" in CliRunner.__init__.__code__.co_varnames else CliRunner()
SHIPPED = ROOT / "data" / "procedures" / "civil-status"


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'motcua.db'}")


def test_check_finds_the_shipped_data_in_order() -> None:
    result = RUNNER.invoke(app, ["check"])
    assert result.exit_code == 0, result.stderr
    assert "are in order" in result.stdout


def test_check_names_file_line_fault_and_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "procedures" / "civil-status"
    folder.mkdir(parents=True)
    text = (SHIPPED / "1.000894.yml").read_text(encoding="utf-8")
    (folder / "1.000894.yml").write_text(text.replace("details: complete", "details: whole"), encoding="utf-8")
    result = RUNNER.invoke(app, ["check", "--procedures", str(tmp_path / "procedures")])
    assert result.exit_code == 1
    assert "1.000894.yml:" in result.stderr
    assert "Write one of: complete, listed" in result.stderr


def test_a_life_event_that_names_an_unknown_procedure_is_reported(tmp_path: Path) -> None:
    text = (ROOT / "data" / "life_events" / "birth.yml").read_text(encoding="utf-8")
    (tmp_path / "birth.yml").write_text(text.replace('code: "1.001193"', 'code: "9.999999"'), encoding="utf-8")
    result = RUNNER.invoke(app, ["load", "--life-events", str(tmp_path)])
    assert result.exit_code == 1
    assert "birth.yml:" in result.stderr
    assert "there is no procedure 9.999999" in result.stderr


def test_load_prints_what_it_did_and_a_second_load_changes_nothing() -> None:
    first = RUNNER.invoke(app, ["load"])
    assert first.exit_code == 0, first.stderr
    assert "added 1.001193" in first.stdout
    assert "added birth" in first.stdout
    second = RUNNER.invoke(app, ["load"])
    assert "procedures: 0 added, 0 changed" in second.stdout
    assert "life events: 0 added, 0 changed" in second.stdout
    assert "0 withdrawn" in second.stdout


def test_load_refuses_broken_data_and_changes_nothing(tmp_path: Path) -> None:
    RUNNER.invoke(app, ["load"])
    broken = tmp_path / "procedures"
    shutil.copytree(ROOT / "data" / "procedures", broken)
    (broken / "civil-status" / "1.000894.yml").write_text("code: [\n", encoding="utf-8")
    result = RUNNER.invoke(app, ["load", "--procedures", str(broken)])
    assert result.exit_code == 1
    assert "nothing was changed" in result.stderr
    assert "0 changed" in RUNNER.invoke(app, ["load"]).stdout


def test_search_shows_scored_candidates() -> None:
    RUNNER.invoke(app, ["load"])
    result = RUNNER.invoke(app, ["search", "dang ky khai tu", "--top", "3"])
    lines = result.stdout.splitlines()
    assert "1.000656" in lines[0]
    assert len(lines) == 4


def test_show_tells_all_of_a_procedure() -> None:
    RUNNER.invoke(app, ["load"])
    result = RUNNER.invoke(app, ["show", "1.000656"])
    assert result.exit_code == 0
    assert "GIẤY TỜ CẦN CHUẨN BỊ" in result.stdout
    assert "CĂN CỨ PHÁP LÝ" in result.stdout


@pytest.mark.parametrize(("arguments", "code"), [(["9.999999"], 1), (["1.000656", "--on", "hôm nay"], 2)])
def test_show_says_what_is_wrong(arguments: list[str], code: int) -> None:
    RUNNER.invoke(app, ["load"])
    result = RUNNER.invoke(app, ["show", *arguments])
    assert result.exit_code == code
    assert result.stderr


def test_evaluate_says_which_line_is_wrong(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "a", "codes": [], "aspects": []}\n{"question": "b"}\n', encoding="utf-8")
    result = RUNNER.invoke(app, ["evaluate", str(questions)])
    assert result.exit_code == 2
    assert "questions.jsonl:2" in result.stderr


def test_show_tells_what_a_procedure_required_on_a_day() -> None:
    store = Store(connect(os.environ["DATABASE_URL"]), lambda: date(2026, 8, 1))
    RUNNER.invoke(app, ["load"])
    files, _ = definitions.read_folder(ROOT / "data" / "procedures")
    (definition,) = [file for file in files if file.path.stem == "1.000656"]
    store.load([replace(definition, data={**definition.data, "summary": "Như hồi tháng tám."})], [])
    RUNNER.invoke(app, ["load"])
    assert "Như hồi tháng tám." in RUNNER.invoke(app, ["show", "1.000656", "--on", "2026-08-02"]).stdout
    assert "Như hồi tháng tám." not in RUNNER.invoke(app, ["show", "1.000656"]).stdout
