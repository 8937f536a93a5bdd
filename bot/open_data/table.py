"""Procedures as a table that staff open in a spreadsheet, and the same table read back.

Every row of a procedure is a row of the table: its code, which part it belongs to, and that part's columns. In a
workbook each part has a sheet of its own; a CSV file holds all of them below one another. Several values in a cell
stand on lines of their own. Ways of asking and flags are not in the table: they have their own files and lists.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from ruamel.yaml import YAML

from bot.procedures import model
from bot.procedures.model import PARTS, Procedure

COLUMNS = Path(__file__).with_name("columns.yml")
#: The parts of a procedure that a table holds, the head first.
HEAD = "procedure"
LEFT_OUT = ("sayings", "twins", "flags")
TABLE_PARTS: dict[str, type[Any]] = {HEAD: Procedure} | {
    part: kind for part, kind in PARTS.items() if part not in LEFT_OUT
}
_CHANNELS = ("in_person", "online", "post")
_LEVELS = ("commune", "province", "ministry")
#: (part, column) → the words that may stand there: an answer is put together by them.
CLOSED: dict[tuple[str, str], tuple[str, ...]] = {
    (HEAD, "details"): ("complete", "listed"),
    (HEAD, "levels"): _LEVELS,
    ("documents", "action"): ("submit", "show", "submit_or_show"),
    ("confirmations", "status"): ("accepted", "proposed"),
    ("agencies", "role"): ("receives", "decides", "performs", "coordinates", "authorised"),
    ("agencies", "level"): _LEVELS,
    ("channels", "kind"): _CHANNELS,
    ("deadlines", "channel"): _CHANNELS,
    ("deadlines", "unit"): ("hour", "working_hour", "day", "working_day", "month", "year"),
    ("fees", "kind"): ("fixed", "free", "provincial", "not_published"),
    ("fees", "channels"): _CHANNELS,
}
#: A spreadsheet takes what begins so for a formula; an apostrophe before it says that it is text.
_FORMULA_SIGNS = ("=", "+", "-", "@", "'")
_WIDTHS = {"code": 12, "name": 60, "text": 60, "what": 60}
_DEFAULT_WIDTH = 22


class UnreadableTable(ValueError):
    """A table that cannot be read; the message says where and why."""


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return cast("Mapping[str, Mapping[str, str]]", YAML(typ="safe").load(COLUMNS.read_text(encoding="utf-8")))


@cache
def columns_of(part: str) -> tuple[str, ...]:
    """The columns of a part, in order."""
    own = [column.name for column in fields(TABLE_PARTS[part])]
    return tuple(name for name in own if part != HEAD or name not in ("code", "origin", *PARTS))


def write_csv(procedures: Iterable[Procedure], path: Path) -> int:
    """Write the table as a CSV file; the number of rows."""
    columns = list(dict.fromkeys(column for part in TABLE_PARTS for column in columns_of(part)))
    words = _words()["columns"]
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([words["code"], words["part"], *(words[column] for column in columns)])
        for code, part, values in _rows(procedures):
            cells = (_as_text(values.get(column, "")) for column in columns)
            writer.writerow([code, _words()["parts"][part], *cells])
            count += 1
    return count


def write_xlsx(procedures: Iterable[Procedure], path: Path) -> int:
    """Write the table as a workbook, a sheet a part; the number of rows."""
    book = Workbook()
    for empty in book.worksheets:
        book.remove(empty)
    sheets = {part: book.create_sheet(_words()["parts"][part]) for part in TABLE_PARTS}
    words = _words()["columns"]
    for part, sheet in sheets.items():
        names = ("code", *columns_of(part))
        sheet.append([words[name] for name in names])
        for number, name in enumerate(names, start=1):
            cell = sheet.cell(1, number)
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = _WIDTHS.get(name, _DEFAULT_WIDTH)
        sheet.freeze_panes = "B2"
    lengths = dict.fromkeys(sheets, 1)
    for code, part, values in _rows(procedures):
        cells = [code, *(values.get(column) for column in columns_of(part))]
        sheets[part].append(cells)
        lengths[part] += 1
        for number, value in enumerate(cells, start=1):
            if isinstance(value, str) and value.startswith("="):
                sheets[part].cell(lengths[part], number).data_type = "s"  # text, no formula
    for sheet in sheets.values():
        sheet.auto_filter.ref = sheet.dimensions
    book.save(path)
    return sum(lengths.values()) - len(sheets)


def read(path: Path) -> list[Procedure]:
    """The procedures in a table that :func:`write_csv` or :func:`write_xlsx` wrote, by code.

    Raises:
        UnreadableTable: A sheet, column or cell is not as it was written; the message says which.
    """
    lines = _read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_csv(path)
    found: dict[str, dict[str, list[Any]]] = {}
    heads: dict[str, dict[str, Any]] = {}
    for where, code, part, cells in lines:
        row = _row(where, part, cells)
        if part == HEAD:
            if code in heads:
                raise UnreadableTable(f"{where}: {code} has a second row of its own")
            heads[code] = row
        else:
            found.setdefault(code, {}).setdefault(part, []).append(row)
    orphans = sorted(set(found) - set(heads))
    if orphans:
        raise UnreadableTable(f"{path}: {orphans[0]} has rows, but none in '{_words()['parts'][HEAD]}'")
    procedures = [_procedure(code, heads[code], found.get(code, {})) for code in sorted(heads)]
    for procedure in procedures:
        _check_rows(path, procedure)
    return procedures


def _rows(procedures: Iterable[Procedure]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for procedure in procedures:
        yield procedure.code, HEAD, {name: _cell(getattr(procedure, name)) for name in columns_of(HEAD)}
        for part in TABLE_PARTS:
            for row in () if part == HEAD else getattr(procedure, part):
                yield procedure.code, part, {name: _cell(getattr(row, name)) for name in columns_of(part)}


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return "\n".join(f"{question}: {', '.join(answers)}" for question, answers in value.items())
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(value, bool):
        return _words()["values"]["yes" if value else "no"]
    return value.isoformat() if isinstance(value, date) else value


def _as_text(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _read_csv(path: Path) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        names = _column_names(next(reader, []), f"{path}:1")
        for cells in reader:
            values = {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}
            where = f"{path}:{reader.line_num}"
            yield where, values.pop("code", ""), _part(values.pop("part", ""), where), values


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_SIGNS) else cell


def _read_xlsx(path: Path) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever the file makes it stumble over
        raise UnreadableTable(f"{path}: it is no workbook ({error})") from error
    for sheet in book.worksheets:
        where = f"{path}, sheet '{sheet.title}'"
        part = _part(sheet.title, where)
        rows = sheet.iter_rows(values_only=True)
        names = _column_names([str(cell or "") for cell in next(rows, ())], f"{where}, row 1")
        for number, cells in enumerate(rows, start=2):
            values = {name: _typed(cell) for name, cell in zip(names, cells, strict=False)}
            if any(values.values()):
                yield f"{where}, row {number}", values.pop("code", ""), part, values
    book.close()


def _typed(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _column_names(headings: Sequence[str], where: str) -> list[str]:
    known = {text: name for name, text in _words()["columns"].items()}
    unknown = [heading for heading in headings if heading not in known]
    if unknown or _words()["columns"]["code"] not in headings:
        raise UnreadableTable(
            f"{where}: the columns are not those of `motcua export` ({', '.join(unknown) or 'no code'})"
        )
    return [known[heading] for heading in headings]


def _part(title: str, where: str) -> str:
    known = {text: part for part, text in _words()["parts"].items()}
    if title not in known:
        raise UnreadableTable(f"{where}: '{title}' is no part of a procedure; there are: {', '.join(known)}")
    return known[title]


def _row(where: str, part: str, cells: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row by column, read as its column's type; empty optional cells are left out."""
    row: dict[str, Any] = {}
    for column in fields(TABLE_PARTS[part]):
        if column.name not in columns_of(part):
            continue
        text = (cells.get(column.name) or "").strip()
        is_required = column.default is MISSING and column.default_factory is MISSING
        if not text and not is_required:
            continue
        kind = str(column.type).removesuffix(" | None")
        try:
            value = _READ[kind](text)
            _check_closed((part, column.name), value)
        except (ValueError, KeyError) as error:
            heading = _words()["columns"][column.name]
            raise UnreadableTable(f"{where}: '{text}' cannot stand under '{heading}' ({error})") from error
        row[column.name] = value
    return row


def _check_closed(place: tuple[str, str], value: Any) -> None:
    known = CLOSED.get(place)
    values = value if isinstance(value, tuple) else (value,)
    if known and not set(values) <= set(known):
        raise ValueError(f"there are: {', '.join(known)}")


def _check_rows(path: Path, procedure: Procedure) -> None:
    """What no single cell shows: cases that there are not, and amounts that are missing."""
    known = {(answer.question, answer.key) for answer in procedure.case_answers}
    for part in TABLE_PARTS:
        for row in () if part == HEAD else getattr(procedure, part):
            for question, answers in getattr(row, "when", {}).items():
                unknown = [answer for answer in answers if (question, answer) not in known]
                if unknown:
                    title = _words()["parts"][part]
                    raise UnreadableTable(
                        f"{path}, '{title}' of {procedure.code}: there is no answer '{question}: {unknown[0]}'"
                    )
    if any(fee.kind == "fixed" and fee.amount is None for fee in procedure.fees):
        raise UnreadableTable(f"{path}, '{_words()['parts']['fees']}' of {procedure.code}: a fixed fee has no amount")


def _when(text: str) -> dict[str, tuple[str, ...]]:
    pairs = (line.split(": ", 1) for line in text.splitlines() if line.strip())
    return {question.strip(): tuple(answers.strip().split(", ")) for question, answers in pairs}


def _yes_or_no(text: str) -> bool:
    values = _words()["values"]
    return {values["yes"]: True, values["no"]: False}[text.lower()]


_READ: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": _yes_or_no,
    "date": date.fromisoformat,
    "When": _when,
    "tuple[str, ...]": lambda text: tuple(text.splitlines()),
}


def _procedure(code: str, head: Mapping[str, Any], rows: Mapping[str, list[Any]]) -> Procedure:
    parts = {
        part: tuple(model.build(kind, row) for row in rows.get(part, ()))
        for part, kind in TABLE_PARTS.items()
        if part != HEAD
    }
    return Procedure(**{**head, **parts, "code": code, "origin": "table"})
