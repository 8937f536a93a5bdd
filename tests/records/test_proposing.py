from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.procedures import definitions, model
from bot.procedures.model import Procedure
from bot.records.proposing import draft
from tests.records.made_up import CODE, described, entry, fee, method, reply

TO_WRITE = "VIẾT LẠI"


def parsed(procedure: Procedure) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(draft(procedure)))


def cases(*names: str) -> list[dict[str, Any]]:
    return [
        {"name": f"Trường hợp {name}", "profileComponents": [{"name": f"Giấy {name}", "originalQty": 1}]}
        for name in names
    ]


def finished(text: str) -> str:
    """A draft in which a person wrote what was to be written."""
    text = text.replace(f"names:\n- {TO_WRITE}", "names: [thẻ vịt, giấy vịt, làm thẻ cho vịt]")
    for style in ("formal", "colloquial", "story", "keywords", "regional", "texting"):
        text = text.replace(f"  {style}:\n  - {TO_WRITE}", f"  {style}: [{style} một vịt, {style} hai vịt]")
    return text.replace(f"  unmarked:\n  - {TO_WRITE}", "  unmarked: [the vit]").replace(TO_WRITE, "Người nuôi vịt")


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "vit" / f"{CODE}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [problem.what for problem in definitions.check_folder(folder)]


def test_a_draft_has_every_row_of_the_record_and_says_what_is_to_be_written() -> None:
    procedure = described(reply())
    text, data = draft(procedure), parsed(procedure)
    assert text.startswith("# A draft from the imported record: nothing here is curated yet.")
    assert (data["code"], data["name"], data["summary"]) == (CODE, procedure.name, TO_WRITE)
    assert data["decision"] == {"number": "7/QĐ-BAH", "date": "2026-03-05"}
    assert data["names"] == [TO_WRITE]
    assert set(data["sayings"]) >= {"formal", "colloquial", "story", "keywords", "regional", "unmarked"}
    assert [row["name"] for row in data["documents"]] == [row.name for row in procedure.documents]
    assert data["channels"] == [
        {"kind": kind, "deadlines": [{"text": "3 ngày làm việc", "amount": 3, "unit": "working_day"}]}
        for kind in ("in_person", "online")
    ]
    assert data["steps"] == [
        {"who": TO_WRITE, "what": "Nộp đơn tại quầy."},
        {"who": TO_WRITE, "what": "Nhận thẻ."},
    ]
    (confirmation,) = data["confirmations"]
    assert confirmation == {
        "agency": "Trưởng thôn",
        "confirms": "xác nhận trên giấy tờ này",
        "document": "d2",
        "reference": {"document": "7/QĐ-BAH", "provision": "thành phần hồ sơ"},
    }
    assert "# Sổ vịt có xác nhận của Trưởng thôn" in text


def test_the_check_names_only_what_is_to_be_written_and_the_finished_draft_is_in_order(tmp_path: Path) -> None:
    for changes in ({}, {"executionCases": cases("vịt con", "vịt già")}, {"executionCases": cases("vịt con")}):
        text = draft(described(reply(**changes)))
        assert problems(tmp_path, text) != []
        assert problems(tmp_path, finished(text)) == []
        (definition,), _ = definitions.read_folder(tmp_path)
        curated = model.from_definition(definition.data)
        assert [row.name for row in curated.documents] == [row.name for row in described(reply(**changes)).documents]
        assert {row.status for row in curated.confirmations} <= {"accepted"}


def test_headings_of_the_record_are_for_the_curator_only(tmp_path: Path) -> None:
    groups = [{"name": "Giấy của chủ ao", "profileComponents": [{"name": "Sổ ao", "originalQty": 1}]}]
    text = draft(described(reply(executionCases=groups)))
    assert problems(tmp_path, finished(text)) == []
    assert "# Giấy của chủ ao" in text


def test_cases_are_questions_with_their_answers() -> None:
    data = parsed(described(reply(executionCases=cases("vịt con", "vịt già"))))
    (question,) = data["case_questions"]
    assert question["answers"] == [
        {"key": "c1", "label": "Vịt con", "case": "vịt con"},
        {"key": "c2", "label": "Vịt già", "case": "vịt già"},
    ]
    assert [row["when"] for row in data["documents"]] == [{"case": ["c1"]}, {"case": ["c2"]}]


def test_dubious_places_stand_before_their_part() -> None:
    text = draft(described(reply(executionMethods=[method(fees=[fee(7)])])))
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("# fee_implausible: 7"))
    assert lines[place + 1].startswith("fees:")


def test_a_list_entry_becomes_a_listed_draft(tmp_path: Path) -> None:
    assert problems(tmp_path, finished(draft(described(entry(), "list")))) == []
    data = parsed(described(entry(), "list"))
    assert (data["details"], data["field"]) == ("listed", "Chăn vịt")
    assert data["agencies"] == [{"role": "performs", "name": "Phòng Vịt xã", "level": "commune"}]
