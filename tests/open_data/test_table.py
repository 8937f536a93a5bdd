from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.open_data import table
from bot.open_data.table import CLOSED, LEFT_OUT, TABLE_PARTS, UnreadableTable, columns_of, read, write_csv, write_xlsx
from bot.procedures import model
from bot.procedures.model import PARTS, CaseAnswer, Document, Fee, Procedure, Saying
from tests.records.made_up import CODE, described, entry, reply

Write = Callable[[Iterable[Procedure], Path], int]
WAYS: dict[str, Write] = {"csv": write_csv, "xlsx": write_xlsx}

#: What a spreadsheet may take for something else: formulas, numbers, days, truth, quotes, separators, errors.
TRICKY = (
    "=1+1", "=vịt", "+84", "-5", "@vịt", "'vịt", "'=1", "''", "007", "1.000001", "1e5", "2026-11-20", "20/11/2026",
    "TRUE", "#REF!", "#N/A", "a,b;c", '"vịt"', "a\nb", "a\n\nb", "=a\n-b", "a: b", "Vịt\tgà", "không", "null", "0",
)  # fmt: skip
#: Signs that may stand in a text; the sides of a cell are trimmed, so that no text begins or ends with a space.
_SIGNS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n\t")
TEXTS = st.sampled_from(TRICKY) | st.text(_SIGNS, min_size=1, max_size=12).map(str.strip).filter(bool)
LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12
).map(str.strip).filter(bool)  # fmt: skip
#: Case questions and their answers, which rows may belong to.
CASES = {"case": ("c1", "c2"), "where": ("xã", "tỉnh")}
WHENS = st.fixed_dictionaries(
    {},
    optional={key: st.lists(st.sampled_from(keys), min_size=1, unique=True).map(tuple) for key, keys in CASES.items()},
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXTS,
    "int": st.integers(0, 2**31 - 1),
    "float": st.floats(0, 1e6, allow_nan=False).map(lambda value: round(value, 2)),
    "bool": st.booleans(),
    "date": st.dates(date(1945, 9, 2), date(2100, 1, 1)),
    "When": WHENS,
    "tuple[str, ...]": st.lists(LINES, max_size=3).map(tuple),
}


def cell_of(part: str, column: str, kind: str) -> st.SearchStrategy[Any]:
    """What may stand in a cell."""
    closed = CLOSED.get((part, column))
    filled = VALUES[kind.removesuffix(" | None")]
    if closed:
        words = st.sampled_from(closed)
        filled = st.lists(words, unique=True).map(tuple) if kind.startswith("tuple") else words
    return st.none() | filled if kind.endswith(" | None") else filled


def rows_of(part: str) -> st.SearchStrategy[Any]:
    columns = {column.name: cell_of(part, column.name, str(column.type)) for column in fields(TABLE_PARTS[part])}
    return st.builds(TABLE_PARTS[part], **columns)


def told_amount(fee: Fee) -> Fee:
    return replace(fee, amount=fee.amount or 0) if fee.kind == "fixed" else fee


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    kinds = {column.name: str(column.type) for column in fields(Procedure)}
    head = {name: draw(cell_of("procedure", name, kinds[name])) for name in columns_of("procedure")}
    parts = {part: draw(st.lists(rows_of(part), max_size=2)) for part in TABLE_PARTS if part in PARTS}
    parts["fees"] = [told_amount(fee) for fee in parts["fees"]]
    parts["case_answers"] += [CaseAnswer(key, answer, "Vịt", "vịt") for key, of in CASES.items() for answer in of]
    code = draw(st.from_regex(r"[1-9]\.00[0-9]{4}", fullmatch=True))
    return Procedure(**head, **{part: tuple(rows) for part, rows in parts.items()}, code=code, origin="table")


def as_in_a_table(procedure: Procedure) -> Procedure:
    return replace(procedure, sayings=(), twins=(), flags=(), origin="table")


def written(way: str, procedures: Iterable[Procedure], folder: Path) -> Path:
    path = folder / f"bảng.{way}"
    WAYS[way](procedures, path)
    return path


def changed_cell(way: str, path: Path, part: str, column: str, value: Any) -> None:
    """Put a value into the first row of a part, as staff do in a spreadsheet."""
    words = table._words()
    if way == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        row = next(row for row in rows if row[1] == words["parts"][part])
        row[rows[0].index(words["columns"][column])] = str(value)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        book = load_workbook(path)
        sheet = book[words["parts"][part]]
        headings = [cell.value for cell in sheet[1]]
        sheet.cell(2, headings.index(words["columns"][column]) + 1).value = value
        book.save(path)


@pytest.mark.parametrize("way", WAYS)
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=st.lists(procedures(), max_size=3, unique_by=lambda procedure: procedure.code))
def test_what_is_written_is_read_back(way: str, tmp_path: Path, given: list[Procedure]) -> None:
    path = written(way, given, tmp_path)
    assert read(path) == sorted(given, key=lambda procedure: procedure.code)


@pytest.mark.parametrize("way", WAYS)
def test_tricky_texts_are_read_back_wherever_they_stand(way: str, tmp_path: Path) -> None:
    made = [
        replace(
            as_in_a_table(described(reply(f"9.{number:06}"))),
            name=text,
            summary=text,
            documents=(Document("d1", text, "submit", 1, 0, note=text, obtained_from=("9.000001", "9.000002")),),
            fees=(Fee(text, "fixed", 20_000, note=text),),
        )
        for number, text in enumerate(TRICKY, start=1)
    ]
    assert read(written(way, made, tmp_path)) == made


@pytest.mark.parametrize("way", WAYS)
def test_ways_of_asking_look_alikes_and_flags_are_left_out(way: str, tmp_path: Path) -> None:
    unclear = replace(
        described(reply(executionSteps=[{"description": "Nộp đơn."}])),
        sayings=(Saying("name", "thẻ vịt"),),
        twins=(model.Twin("9.000002", "Vịt ạ?"),),
    )
    assert unclear.flags
    (back,) = read(written(way, [unclear], tmp_path))
    assert back == as_in_a_table(unclear)
    assert back.origin == "table"


@pytest.mark.parametrize("way", WAYS)
def test_what_staff_change_in_a_cell_is_read(way: str, tmp_path: Path) -> None:
    path = written(way, [described(reply())], tmp_path)
    changed_cell(way, path, "procedure", "summary", "Cấp thẻ cho vịt.")
    changed_cell(way, path, "documents", "originals", 3)
    changed_cell(way, path, "fees", "amount", 25_000 if way == "csv" else 25_000.0)
    changed_cell(way, path, "deadlines", "amount", 2.5)
    changed_cell(way, path, "procedure", "checked_on", "2026-11-23")
    (back,) = read(path)
    assert (back.summary, back.checked_on) == ("Cấp thẻ cho vịt.", date(2026, 11, 23))
    assert (back.documents[0].originals, back.fees[0].amount, back.deadlines[0].amount) == (3, 25_000, 2.5)


def test_a_day_that_a_spreadsheet_made_of_a_text_is_read(tmp_path: Path) -> None:
    path = written("xlsx", [described(reply())], tmp_path)
    changed_cell("xlsx", path, "procedure", "checked_on", date(2026, 11, 23))
    assert read(path)[0].checked_on == date(2026, 11, 23)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("part", "column", "value", "heading"),
    [
        ("documents", "originals", "một", "Số bản chính"),
        ("documents", "originals", "", "Số bản chính"),
        ("documents", "when", "vịt", "Trường hợp (khoá)"),
        ("procedure", "checked_on", "23/11/2026", "Đối chiếu ngày"),
        ("procedure", "checked_on", "", "Đối chiếu ngày"),
        ("confirmations", "electronic_lookup", "vịt", "Tra cứu điện tử"),
        ("fees", "amount", "20.000", "Mức"),
        ("fees", "kind", "miễn phí", "Loại"),
        ("fees", "channels", "in_person\nvịt", "Áp dụng cho cách nộp"),
        ("agencies", "role", "", "Vai trò"),
        ("confirmations", "status", "vịt", "Trạng thái"),
        ("procedure", "details", "vịt", "Mức chi tiết"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(
    way: str, part: str, column: str, value: str, heading: str, tmp_path: Path
) -> None:
    path = written(way, [described(reply())], tmp_path)
    changed_cell(way, path, part, column, value)
    with pytest.raises(UnreadableTable) as caught:
        read(path)
    assert f"'{value}' cannot stand under '{heading}'" in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("way", WAYS)
def test_rows_that_do_not_fit_together_are_named(way: str, tmp_path: Path) -> None:
    path = written(way, [described(reply())], tmp_path)
    changed_cell(way, path, "steps", "when", "case: c1")
    with pytest.raises(UnreadableTable, match=rf"'Các bước' of {CODE}: there is no answer 'case: c1'"):
        read(path)
    path = written(way, [described(reply())], tmp_path)
    changed_cell(way, path, "fees", "amount", "" if way == "csv" else None)
    with pytest.raises(UnreadableTable, match=rf"'Phí, lệ phí' of {CODE}: a fixed fee has no amount"):
        read(path)


@pytest.mark.parametrize("way", WAYS)
def test_rows_without_a_procedure_and_a_procedure_twice_are_named(way: str, tmp_path: Path) -> None:
    path = written(way, [described(reply())], tmp_path)
    changed_cell(way, path, "results", "code", "9.000002")
    with pytest.raises(UnreadableTable, match=r"9\.000002 has rows, but none in 'Thủ tục'"):
        read(path)
    path = written(way, [described(reply()), described(reply())], tmp_path)
    with pytest.raises(UnreadableTable, match=rf"{CODE} has a second row of its own"):
        read(path)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_table_of_ours_is_said_to_be_none(way: str, tmp_path: Path) -> None:
    path = tmp_path / f"vịt.{way}"
    path.write_text("Vịt,Gà\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableTable):
        read(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(UnreadableTable):
        read(path)


def test_an_unknown_part_is_named(tmp_path: Path) -> None:
    path = written("csv", [described(reply())], tmp_path)
    changed_cell("csv", path, "results", "part", "Vịt")
    with pytest.raises(UnreadableTable, match="'Vịt' is no part of a procedure"):
        read(path)


def test_a_workbook_has_a_sheet_a_part_and_formulas_are_texts(tmp_path: Path) -> None:
    procedure = replace(described(reply()), name="=1+1")
    path = tmp_path / "bảng.xlsx"
    rows = write_xlsx([procedure, described(entry("9.000002"), "list")], path)
    book = load_workbook(path)
    assert book.sheetnames == list(table._words()["parts"].values())
    assert [cell.value for cell in book["Thủ tục"][2]][:2] == [CODE, "=1+1"]
    assert book["Thủ tục"]["B2"].data_type == "s"
    assert rows == sum(sheet.max_row - 1 for sheet in book.worksheets)
    assert write_csv([procedure, described(entry("9.000002"), "list")], tmp_path / "bảng.csv") == rows


def test_no_cell_of_a_csv_file_is_a_formula(tmp_path: Path) -> None:
    procedure = replace(described(reply()), name="=1+1", summary="+84", field="-5", publisher="@vịt")
    path = written("csv", [procedure], tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in cells


def test_every_part_and_every_column_has_a_word_of_its_own() -> None:
    words = table._words()
    assert set(words["parts"]) == set(TABLE_PARTS) == ({"procedure"} | set(PARTS)) - set(LEFT_OUT)
    assert set(words["columns"]) == {"code", "part"} | {name for part in TABLE_PARTS for name in columns_of(part)}
    for kind in ("parts", "columns"):
        assert len(set(words[kind].values())) == len(words[kind])
