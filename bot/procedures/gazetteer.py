"""The communes of today and of before 1 July 2025, by every spelling of their names."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.language.text import fold, nfc, unify_tone_marks, words

#: Kinds of communes, of districts and of provinces, unmarked.
COMMUNES = ("xa", "phuong", "thi tran", "dac khu")
DISTRICTS = ("huyen", "quan", "thi xa", "thanh pho")
PROVINCES = ("tinh", "thanh pho")

# "Mỹ" is also written "Mĩ": i and y sound the same after a single consonant.
_Y = re.compile(r"\b(qu|[hklmst])y(?![\u0300-\u036f]*\w)")
_KIND_OF_ALIAS = re.compile(r"(xa|phuong|thitran|tt)(?=.)")


@dataclass(frozen=True)
class Ward:
    """A commune-level unit of today."""

    code: str
    name: str
    province: str

    @property
    def custom(self) -> dict[str, str]:
        """The form in which a reply's custom object carries it."""
        return {"ward_code": self.code, "ward": self.name, "province": self.province}

    def is_in(self, province: str) -> bool:
        """Whether it lies in a province, named without its kind."""
        return fold(short_province(self.province)) == fold(province)


@dataclass(frozen=True)
class Area:
    """A province, of today or before, or a former district, which has its ``province``."""

    name: str
    kind: str
    province: str | None = None

    @property
    def is_province(self) -> bool:
        """Whether it is no district."""
        return self.province is None


@dataclass(frozen=True)
class Unit:
    """A commune by one name that it has or had: what it is today, and all that it belongs or belonged to.

    ``spelling`` is None where the marks of the name are not known; ``former`` is the former name with its
    district, or None for a name of today; ``older`` names were gone before the districts were.
    """

    spelling: tuple[str, ...] | None
    kind: str
    wards: tuple[Ward, ...]
    areas: frozenset[Area]
    former: str | None = None
    older: bool = False


@dataclass(frozen=True)
class Gazetteer:
    """Communes and areas by :func:`key`; wards of today by code, and what parts of them belonged to."""

    units: Mapping[str, Sequence[Unit]]
    areas: Mapping[str, Sequence[Area]]
    wards: Mapping[str, Ward]
    areas_of: Mapping[str, frozenset[Area]]


@cache
def short_province(name: str) -> str:
    """The name of a province without its kind, as settings and the office table have it."""
    kind = 2 if fold(name).startswith("thanh pho ") else 1
    return " ".join(name.split()[kind:])


def key(spelling: Iterable[str]) -> str:
    """What a name is looked up by, with or without marks and spaces."""
    return "".join(fold(word) for word in spelling)


def spell(text: str) -> list[str]:
    """The words of a text as names are compared: lower-case, one style of tone marks, "mĩ" for "mỹ"."""
    decomposed = unicodedata.normalize("NFD", unify_tone_marks(text.lower()))
    return words(nfc(_Y.sub(r"\1i", decomposed)))


@cache
def gazetteer() -> Gazetteer:
    """All of Vietnam, read at the first question about a place."""
    columns = ("province", "provinceKey", "ward", "wardShort", "wardType", "wardKey", "wardAlias")
    today = _rows("admin_units", *columns, "wardCode")
    former = _rows("admin_units_legacy", *columns, "district", "districtKey", "districtType")
    wards = {(row["provinceKey"], row["wardKey"]): _ward(row) for row in today}
    became = {path: tuple(wards[target] for target in targets) for path, targets in _became().items()}
    areas_of = _belonging(today, former, became)
    units: dict[str, list[Unit]] = {}
    for row in today:
        ward = wards[row["provinceKey"], row["wardKey"]]
        _add(units, row, (ward,), areas_of[ward.code], None)
    for row in former:
        if row["ward"]:
            targets = became[_path(row)]
            provinces = {_province_named(ward.province) for ward in targets}
            name = f"{nfc(row['ward'])}, {nfc(row['district'])}"
            _add(units, row, targets, frozenset({_province(row), _district(row), *provinces}), name)
    return Gazetteer(units, _areas(), {ward.code: ward for ward in wards.values()}, areas_of)


def _ward(row: Mapping[str, Any]) -> Ward:
    return Ward(str(row["wardCode"]), nfc(row["ward"]), nfc(row["province"]))


def _belonging(
    today: Iterable[Mapping[str, Any]],
    former: Iterable[Mapping[str, Any]],
    became: Mapping[str, Sequence[Ward]],
) -> dict[str, frozenset[Area]]:
    """Code of a commune of today → its province, and the provinces and districts that parts of it belonged to."""
    areas_of: dict[str, set[Area]] = {str(row["wardCode"]): {_province(row)} for row in today}
    for row in former:
        for ward in became[_path(row)]:
            areas_of[ward.code] |= {_province(row), _district(row)}
    return {code: frozenset(areas) for code, areas in areas_of.items()}


def _data() -> Path:
    # The files are read as they are: importing the package costs two seconds for a parser that guesses.
    spec = find_spec("vietnamadminunits")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "data"


def _rows(table: str, *columns: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(f"{(_data() / 'dataset.db').as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(f"SELECT DISTINCT {','.join(columns)} FROM {table}")]
    finally:
        connection.close()


def _became() -> dict[str, list[tuple[str, str]]]:
    """Path of a former commune → province and key of each commune of today that has a part of it."""
    converter = json.loads((_data() / "converter_2025.json").read_text(encoding="utf-8"))
    became: dict[str, list[tuple[str, str]]] = {}
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, paths in wards.items():
            for path in paths:
                became.setdefault(path, []).append((province, ward))
    for province, paths in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for path, parts in paths.items():
            became.setdefault(path, []).extend((province, part["newWardKey"]) for part in parts)
    return became


def _path(row: Mapping[str, Any]) -> str:
    return f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"


def _spelling(row: Mapping[str, Any], level: str) -> tuple[str, ...]:
    """The words of a name without its kind; those that are a number have it in their short name, too."""
    spelt = tuple(spell(row[f"{level}Short"]))
    kind = _spelt(row[f"{level}Type"])
    return spelt[len(kind) :] if spelt[: len(kind)] == kind else spelt


@cache
def _spelt(kind: str) -> tuple[str, ...]:
    return tuple(spell(kind))


@cache
def _folded(kind: str) -> str:
    return fold(kind)


def _add(
    units: dict[str, list[Unit]],
    row: Mapping[str, Any],
    wards: tuple[Ward, ...],
    areas: frozenset[Area],
    former: str | None,
) -> None:
    """Enter what a commune is today under its name, and under names that it had before."""
    spelling = _spelling(row, "ward")
    own = key(spelling)
    units.setdefault(own, []).append(Unit(spelling, _folded(row["wardType"]), wards, areas, former))
    for alias in json.loads(row["wardAlias"]) if row["wardAlias"] else ():
        match = _KIND_OF_ALIAS.match(alias)
        name = key(spell(alias[match.end() :])) if match else own
        if match and name != own:
            kind = {"thitran": "thi tran", "tt": "thi tran"}.get(match[0], match[0])
            units.setdefault(name, []).append(Unit(None, kind, wards, areas, former, older=True))


def _province(row: Mapping[str, Any]) -> Area:
    return _province_named(nfc(row["province"]))


@cache
def _province_named(name: str) -> Area:
    return Area(name, "thanh pho" if fold(name).startswith("thanh pho ") else "tinh")


def _district(row: Mapping[str, Any]) -> Area:
    return Area(nfc(row["district"]), _folded(row["districtType"]), nfc(row["province"]))


def _areas() -> dict[str, list[Area]]:
    provinces = ("province", "provinceShort", "provinceAlias")
    districts = ("province", "district", "districtShort", "districtType", "districtAlias")
    areas: dict[str, list[Area]] = {}
    for row in [*_rows("admin_units", *provinces), *_rows("admin_units_legacy", *provinces)]:
        _name(areas, spell(row["provinceShort"]), row["provinceAlias"], _province(row))
    for row in _rows("admin_units_legacy", *districts):
        _name(areas, _spelling(row, "district"), row["districtAlias"], _district(row))
    return areas


def _name(areas: dict[str, list[Area]], spelling: Iterable[str], aliases: str | None, area: Area) -> None:
    for name in (key(spelling), *(json.loads(aliases) if aliases else ())):
        if area not in areas.setdefault(name, []):
            areas[name].append(area)
