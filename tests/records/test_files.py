from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.records.files import find
from tests.records.made_up import details, entry, page, reply


def write(path: Path, *values: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(value, ensure_ascii=False) for value in values), encoding="utf-8")
    return path


def test_records_are_known_by_their_form(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", reply(), details(), page(), entry(), {"code": 201, "data": entry()})
    findings = find([path])
    assert [found.source for found in findings.records] == ["api", "api", "page", "list", "list"]
    assert [found.where for found in findings.records] == [f"{path}:{number}" for number in range(1, 6)]
    assert findings.records[2].raw == page()
    assert (findings.tables, findings.skipped) == ([], [])


def test_folders_are_looked_through_in_order_for_records_and_tables(tmp_path: Path) -> None:
    write(tmp_path / "b" / "2.json", page("9.000002"))
    write(tmp_path / "a" / "1.json", page("9.000001"))
    write(tmp_path / "notes.txt", "vịt")
    for name in ("b/table.csv", "a/TABLE.XLSX"):
        (tmp_path / name).touch()
    findings = find([tmp_path])
    assert [found.raw["ma_thu_tuc"] for found in findings.records] == ["9.000001", "9.000002"]
    assert findings.tables == [tmp_path / "a" / "TABLE.XLSX", tmp_path / "b" / "table.csv"]
    assert findings.skipped == []


def test_what_is_no_record_is_skipped_with_its_place_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", {"a": 1}, 5, [page()], {"code": 201, "data": None}, page())
    path.write_text("{cut\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    findings = find([path])
    assert len(findings.records) == 1
    assert [where for where, _ in findings.skipped] == [f"{path}:{number}" for number in (1, 3, 4, 5, 6)]
    assert findings.skipped[0][1].startswith("it is no JSON")
    assert {reason for _, reason in findings.skipped[1:]} == {"no record of a procedure"}


def test_files_that_are_no_text_are_skipped(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"\xff\xfe\x00")
    missing = tmp_path / "missing.json"
    findings = find([bad, missing])
    assert findings.records == []
    assert [where for where, _ in findings.skipped] == [str(bad), str(missing)]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps(page()), encoding="utf-8-sig")
    assert [found.source for found in find([path]).records] == ["page"]


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_feed_ends_a_line_of_many(tmp_path: Path, sign: str) -> None:
    """Signs that other tools take for line ends may stand in the texts of a record."""
    path = tmp_path / "all.jsonl"
    text = json.dumps(page(ten_thu_tuc="Thẻ\u2028vịt"), ensure_ascii=False).replace("\u2028", sign)
    path.write_bytes(f"{text}\r\n{json.dumps(entry())}\r\n".encode())
    findings = find([path])
    assert [found.source for found in findings.records] == (["page", "list"] if sign > "\x1f" else ["list"])
    assert len(findings.skipped) == (0 if sign > "\x1f" else 1)


def test_numbers_that_json_has_not_are_no_json(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text('{"ma_thu_tuc": "9.000001", "a": NaN}', encoding="utf-8")
    assert find([path]).records == []
