"""Offices: which one receives a procedure in a commune, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ruamel.yaml import YAML

from bot.language.text import fold, nfc
from bot.procedures import cases
from bot.procedures.gazetteer import Ward, short_province
from bot.procedures.model import Agency, Procedure
from bot.procedures.opening import WEEKDAYS, Hours, write_hours

DATA = Path(__file__).with_name("offices.yml")
MAP = "https://www.google.com/maps/search/?"
CENTRES = ("commune_centre", "provincial_centre")

# Where one agency of a name ends and the next begins.
_NEXT_AGENCY = re.compile(r"\s*(?:[,;()]|\bhoặc\b)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Office:
    """An office: that of a commune (``ward_code``) or of a whole province.

    What nobody has verified is None; ``checked_on`` and ``source`` say when and from what the rest was.
    """

    kind: str
    name: str
    province: str
    ward_code: str | None = None
    address: str | None = None
    phone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    hours: Hours = field(default_factory=dict)
    checked_on: date | None = None
    source: str | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Its kind and where it is: staff's rows of a place replace the shipped ones."""
        return (self.kind, self.province, self.ward_code or "")

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return " / ".join((*self.place, self.name))

    @property
    def is_centre(self) -> bool:
        """Whether it is a one-stop centre, which takes the filings of the whole province."""
        return self.kind in CENTRES

    @property
    def map_url(self) -> str:
        """A link to the map: to its coordinates, else a search for its address, else for its name."""
        if self.latitude is not None:
            query = f"{self.latitude},{self.longitude}"
        else:
            query = ", ".join((self.address or self.name, self.province))
        return MAP + urlencode({"api": 1, "query": query})


@dataclass(frozen=True)
class Receiver:
    """An office that receives a procedure, with the condition under which it does, if there is one."""

    office: Office
    condition: str | None = None


def kinds() -> tuple[str, ...]:
    """The closed list of kinds."""
    return tuple(_data()["kinds"])


def is_of_province(kind: str) -> bool:
    """Whether there is one office of a kind for a whole province, and not one for each commune."""
    return bool(_data()["kinds"][kind]["level"] == "province")


def office(kind: str, ward: Ward, known: Iterable[Office]) -> Office:
    """The office of a kind that serves a commune: its row, or else what such an office is called."""
    province = short_province(ward.province)
    place = (kind, province, "" if is_of_province(kind) else ward.code)
    return next((row for row in known if row.place == place), _unverified(kind, ward))


def receivers(procedure: Procedure, ward: Ward, known: Iterable[Office]) -> tuple[Receiver, ...]:
    """Who receives a procedure for a citizen of a commune, by the procedure's own rows.

    Args:
        procedure: The procedure, of which only the rows that hold in the citizen's case (``cases.select``) count.
        ward: The commune.
        known: The rows of the office table.

    Returns:
        The offices in the order of the rows, each once; none where the rows name no agency that offices.yml knows.
    """
    rows = tuple(known)
    found: dict[str, Receiver] = {}
    for agency in procedure.agencies:
        if agency.role != "receives":
            continue
        condition = agency.condition or cases.case_name(procedure, agency.when) or None
        for kind in _kinds_of(agency, procedure.levels):
            earlier = found.get(kind)
            if earlier is None or condition is None:
                found[kind] = Receiver(office(kind, ward, rows), condition)
    return tuple(found.values())


def weekdays() -> Mapping[str, str]:
    """What each day of the week is called."""
    return dict(_data()["weekdays"])


def week(hours: Hours) -> list[tuple[str, str]]:
    """Hours by weekday in words, days with the same hours that follow each other taken together."""
    names = weekdays()
    groups = groupby((day for day in WEEKDAYS if hours.get(day)), key=lambda day: write_hours(hours[day]))
    found = []
    for spans, days in groups:
        same = [names[day] for day in days]
        found.append((same[0] if len(same) == 1 else f"{same[0]} – {same[-1]}", spans.replace("-", "–")))
    return found


def kind_asked(text: str) -> str | None:
    """The kind of office that a question names, or None if it names none of ours."""
    said = f" {fold(text)} "
    words = {fold(words): kind for kind, entry in _data()["kinds"].items() for words in entry["words"]}
    named = [phrase for phrase in words if f" {phrase} " in said]
    return words[max(named, key=len)] if named else None


def _unverified(kind: str, ward: Ward) -> Office:
    names = {"ward": in_sentence(ward.name), "province": in_sentence(ward.province)}
    name = _data()["kinds"][kind]["name"].format(**names)
    code = None if is_of_province(kind) else ward.code
    return Office(kind, name, short_province(ward.province), code)


def in_sentence(name: str) -> str:
    """The name of a place within a sentence: "xã Tân Hưng"."""
    return name[:1].lower() + name[1:]


def _kinds_of(agency: Agency, levels: Sequence[str]) -> list[str]:
    found = []
    for part in _NEXT_AGENCY.split(nfc(agency.name).lower()):
        kind = next((kind for words, kind in _beginnings() if part.startswith(words)), None)
        if kind == "centre":
            kind = _centre(part, agency, levels)
        if kind is not None:
            found.append(kind)
    return found


def _centre(name: str, agency: Agency, levels: Sequence[str]) -> str:
    """Which centre an agency that is called no more than that is."""
    is_of_commune = "cấp xã" in name or agency.level == "commune" or "commune" in levels
    is_of_province_only = "cấp tỉnh" in name or not is_of_commune
    return "provincial_centre" if is_of_province_only else "commune_centre"


def _beginnings() -> list[tuple[str, str]]:
    return sorted(_data()["receivers"].items(), key=lambda entry: -len(entry[0]))


@cache
def _data() -> Mapping[str, Any]:
    data = YAML(typ="safe").load(nfc(DATA.read_text(encoding="utf-8")))
    return dict(data)
