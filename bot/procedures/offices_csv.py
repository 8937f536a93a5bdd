"""The table of offices as a CSV file: what staff fill in, checked line by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.language.text import nfc
from bot.procedures import offices, places
from bot.procedures.gazetteer import short_province
from bot.procedures.offices import Office
from bot.procedures.opening import WEEKDAYS, Hours, Span, UnusableHours, read_hours, write_hours
from bot.procedures.yaml_files import Problem

COLUMNS = (
    *("kind", "ward_code", "province", "name", "address", "phone", "latitude", "longitude"),
    *WEEKDAYS,
    *("checked_on", "source"),
)
NEEDED = ("kind", "name")
#: What may not stand without the day on which it was checked, and from what.
VERIFIED = ("address", "phone", "latitude", *WEEKDAYS)
#: With the mark at the beginning that spreadsheets need to see UTF-8.
ENCODING = "utf-8-sig"

_LATITUDES = (8.0, 23.5)
_LONGITUDES = (102.0, 117.5)
_PHONES = re.compile(r"\+?\d[\d .()-]{1,18}\d(?:; ?\+?\d[\d .()-]{1,18}\d)*")


class UnusableOffices(ValueError):
    """A table with problems; ``problems`` has each with its line and what to write."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_folder(folder: Path, today: date) -> tuple[list[Office], list[Problem]]:
    """Every office of the tables in a folder; bad lines become problems."""
    found: list[Office] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.csv")):
        try:
            found += read(path, today)
        except UnusableOffices as error:
            problems += error.problems
    return found, problems


def read(path: Path, today: date) -> list[Office]:
    """The offices of a table.

    Raises:
        UnusableOffices: Something in it is wrong; every bad line is told.
    """
    try:
        text = nfc(path.read_text(encoding=ENCODING))
    except UnicodeDecodeError as error:
        raise UnusableOffices([Problem(path, 1, "the file is not UTF-8", "Save it as 'CSV UTF-8'")]) from error
    # Spreadsheets set to Vietnamese write semicolons.
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    problems = _header_problems(path, rows.fieldnames or ())
    found: dict[str, Office] = {}
    for row in () if problems else rows:
        line = _Line(path, rows.line_num, row, today)
        office = line.office()
        if office is not None and office.key in found:
            line.refuse(f"'{office.name}' stands twice", "Keep one line for each office")
        if office is not None:
            found[office.key] = office
        problems += line.problems
    if problems:
        raise UnusableOffices(problems)
    return list(found.values())


def write(table: Iterable[Office]) -> str:
    """A table that :func:`read` reads, offices in the order given."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for office in table:
        values = {name: getattr(office, name) for name in COLUMNS if name not in WEEKDAYS}
        writer.writerow({**values, **{day: write_hours(spans) for day, spans in office.hours.items()}})
    return out.getvalue()


def _header_problems(path: Path, names: Sequence[str]) -> list[Problem]:
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    advice = f"The columns are: {', '.join(COLUMNS)}. `motcua offices template` writes such a table"
    return [
        *[Problem(path, 1, f"there is no column '{name}'", advice) for name in unknown],
        *[Problem(path, 1, f"the column '{name}' is missing", advice) for name in missing],
    ]


class _Line:
    """One line as it is read; what is wrong in it gathers in ``problems``."""

    def __init__(self, path: Path, number: int, row: Mapping[str | None, str | None], today: date) -> None:
        self._path = path
        self._number = number
        self._values = {name: (row.get(name) or "").strip() for name in COLUMNS}
        self._is_too_long = None in row
        self._today = today
        self.problems: list[Problem] = []

    def refuse(self, what: str, instead: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self._path, self._number, what, instead))

    def office(self) -> Office | None:
        """The office, or None if the line has problems."""
        values = self._values
        if self._is_too_long:
            self.refuse("the line has more cells than there are columns", "Put quotes around texts with the separator")
        if values["kind"] not in offices.kinds():
            self.refuse(f"there is no kind '{values['kind']}'", f"Write one of: {', '.join(offices.kinds())}")
            return None
        if not values["name"]:
            self.refuse("the name is empty", "Write the office's name as its sign has it")
        if values["phone"] and not _PHONES.fullmatch(values["phone"]):
            self.refuse(f"'{values['phone']}' is no phone number", "Write 0221 3862 888; a second one after '; '")
        ward_code, province = self._place()
        hours, latitude, longitude = self._hours(), *self._coordinates()
        checked_on = self._checked_on()
        if self.problems:
            return None
        return Office(
            kind=values["kind"],
            name=values["name"],
            province=province,
            ward_code=ward_code,
            address=values["address"] or None,
            phone=values["phone"] or None,
            latitude=latitude,
            longitude=longitude,
            hours=hours,
            checked_on=checked_on,
            source=values["source"] or None,
        )

    def _place(self) -> tuple[str | None, str]:
        kind, code, province = self._values["kind"], self._values["ward_code"], self._values["province"]
        if offices.is_of_province(kind):
            if code:
                self.refuse(f"a {kind} belongs to no commune", "Leave ward_code empty and write the province")
            if province not in places.provinces():
                self.refuse(f"there is no province '{province}'", "Write its name of today, such as Hưng Yên")
            return None, province
        ward = places.ward(code)
        if ward is None:
            advice = "Write the five digits of today's commune, such as 11977; `motcua offices template` has them"
            self.refuse(f"there is no commune with the code '{code}'", advice)
            return code, province
        home = short_province(ward.province)
        if province not in ("", home):
            self.refuse(f"{ward.name} ({code}) is not in {province}", f"Write {home}, or the right code")
        return code, home

    def _hours(self) -> Hours:
        hours: dict[str, tuple[Span, ...]] = {}
        for day in WEEKDAYS:
            try:
                spans = read_hours(self._values[day])
            except UnusableHours as error:
                self.refuse(f"{day}: {error}", "Write 07:30-11:30; 13:30-17:00, or nothing for a day off")
                continue
            if spans:
                hours[day] = spans
        return hours

    def _coordinates(self) -> tuple[float | None, float | None]:
        latitude = self._number_within("latitude", _LATITUDES)
        longitude = self._number_within("longitude", _LONGITUDES)
        if bool(self._values["latitude"]) != bool(self._values["longitude"]):
            self.refuse("only one of latitude and longitude is given", "Write both, such as 20.6634 and 106.0680")
        return latitude, longitude

    def _number_within(self, name: str, span: tuple[float, float]) -> float | None:
        text = self._values[name]
        try:
            number = float(text) if text else None
        except ValueError:
            number = float("nan")
        if number is not None and not span[0] <= number <= span[1]:
            self.refuse(f"'{text}' is no {name} in Vietnam", f"Write a number from {span[0]} to {span[1]}")
        return number

    def _checked_on(self) -> date | None:
        text, source = self._values["checked_on"], self._values["source"]
        given = [name for name in VERIFIED if self._values[name]]
        if given and not (text and source):
            advice = (
                "Write the day (2026-11-23) and what it was checked against, such as 'gọi điện' or the page's address"
            )
            self.refuse(f"{given[0]} is given without checked_on and source", advice)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(f"'{text}' is no day", "Write it as 2026-11-23")
            return None
        if day > self._today:
            self.refuse(f"{text} is in the future", "Write the day on which it was checked")
        return day
