"""Communes of today, found by today's name or a former one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.language import typing_leftovers
from bot.language.normalise import LONGEST_MESSAGE
from bot.language.text import fold, nfc
from bot.procedures.gazetteer import (
    COMMUNES,
    DISTRICTS,
    PROVINCES,
    Area,
    Unit,
    Ward,
    gazetteer,
    key,
    short_province,
    spell,
)

__all__ = [
    "Choice",
    "Found",
    "Ward",
    "among",
    "find",
    "provinces",
    "says_kind",
    "ward",
    "wards_in",
    "wards_of",
    "without_places",
]

LONGEST_NAME = 6
#: Unmarked words before a name → the kind of place that it then is; one and two words.
_KINDS = {
    "x": "xa", "xa": "xa", "p": "phuong", "f": "phuong", "ph": "phuong", "phuong": "phuong",
    "tt": "thi tran", "thi tran": "thi tran", "dac khu": "dac khu",
    "h": "huyen", "huyen": "huyen", "q": "quan", "quan": "quan", "tx": "thi xa", "thi xa": "thi xa",
    "tp": "thanh pho", "thanh pho": "thanh pho", "t": "tinh", "tinh": "tinh",
}  # fmt: skip
#: Unmarked words that make the name behind them that of something smaller than a commune, or of no place.
_SMALLER = frozenset(
    {"thon", "xom", "lang", "ap", "ban", "to", "pho", "duong", "ngo", "ngach", "cho", "cau", "den", "chua", "ho"}
    | {"ben", "ga", "song", "de", "khu", "nghiep", "truong", "toa", "nha", "may"}
)
#: Unmarked words before a place.
_AT = frozenset({"o", "tai", "thuoc", "cua", "ben", "duoi", "tren", "ve"})
#: Unmarked words that say that a name is a former one.
_BEFORE = frozenset({"cu", "truoc", "xua"})
_LETTER_AND_NUMBER = re.compile(r"\b([pqfPQF])\.?(\d{1,2})\b")


@dataclass(frozen=True)
class Choice:
    """A commune of today, and the former name by which it was found, if it was one."""

    ward: Ward
    former: str | None = None


@dataclass(frozen=True)
class Found:
    """What a text says of a place.

    ``choices`` are the communes that it can mean; ``area`` is the district or province that it names, where
    it names no commune for sure; ``is_sure`` tells whether a single choice needs no question back.
    """

    choices: tuple[Choice, ...] = ()
    area: Area | None = None
    is_sure: bool = False

    @property
    def ward(self) -> Ward | None:
        """The commune, if it is the only one and beyond doubt."""
        return self.choices[0].ward if self.is_sure and len(self.choices) == 1 else None


@dataclass(frozen=True)
class _Word:
    spelt: str
    bare: str


@dataclass(frozen=True)
class _Mention:
    """Words that can be the name of communes, behind the word for their kind if there is one."""

    name: int
    end: int
    kind: str | None
    units: tuple[Unit, ...]

    @property
    def length(self) -> int:
        return self.end - self.name

    def overlaps(self, start: int, end: int) -> bool:
        return self.name < end and start < self.end


@dataclass(frozen=True)
class _AreaMention:
    """Words that are the name of districts or provinces, from ``start``: that of the kind before it, if any."""

    start: int
    name: int
    end: int
    kind: str | None
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class _Reading:
    """One mention with those of its units that fit the text best, and how well they fit."""

    mention: _Mention
    units: tuple[Unit, ...]
    fit: tuple[int, int, int]
    contradicts: bool


def find(text: str, province: str) -> Found:
    """The commune of today that a text names, taken to be in a province unless it says another.

    Args:
        text: What a citizen wrote: any spelling, with or without marks, abbreviated, in a sentence or bare.
        province: The deployment's province, without its kind: "Hưng Yên".

    Returns:
        One commune; or several, where several have or had the name; or none, where it names none (or only a
        district or province, which ``area`` tells).
    """
    as_typed, decoded = (_find(said, province) for said in _words(text))
    return as_typed if as_typed.choices else decoded


def _find(said: Sequence[_Word], province: str) -> Found:
    areas = _area_mentions(said)
    readings = [
        reading for mention in _mentions(said) if (reading := _read(said, mention, areas, province)) is not None
    ]
    best = _best(readings)
    if not best:
        return _of_area(_area(areas, province))
    units = [unit for reading in best for unit in reading.units]
    choices = _choices(units, is_former=any(word.bare in _BEFORE for word in said))
    district = _district_meant(best, areas) if len(choices) == 1 else None
    is_sure = len(choices) == 1 and district is None and not any(reading.contradicts for reading in best)
    return Found(choices, district, is_sure)


def says_kind(text: str) -> bool:
    """Whether a text has a word that a commune's name is said with, so that looking for one is worth it."""
    said = [fold(word) for word in spell(nfc(text[:LONGEST_MESSAGE]))]
    return any(_KINDS.get(kind) in COMMUNES for kind in (*said, *map(" ".join, pairwise(said))))


def without_places(text: str) -> str:
    """A text without the places that it names with their kind ("ở xã Tân Hưng, huyện Tiên Lữ"), as words."""
    said = spell(nfc(text[:LONGEST_MESSAGE]))
    words = [_Word(word, fold(word)) for word in said]
    placed: set[int] = set()
    for mention in _mentions(words):
        is_spelt = any(_has_marks_of(words[mention.name : mention.end], unit) for unit in mention.units)
        if mention.kind is not None and is_spelt:
            placed.update(range(_kind_before(words, mention.name)[1], mention.end))
    for area in _area_mentions(words):
        if area.kind is not None or placed:
            placed.update(range(area.start, area.end))
    beside = {at - 1 for at in placed if at and at - 1 not in placed and words[at - 1].bare in _AT}
    return " ".join(word for at, word in enumerate(said) if at not in placed | beside)


def among(text: str, codes: Collection[str], province: str) -> Ward | None:
    """The one of some communes that a text names: by its own name, a former one, or the district that it was in."""
    wards = gazetteer().wards
    _, said = _words(text)
    named = {
        unit_ward.code
        for mention in _mentions(said)
        for unit in mention.units
        for unit_ward in unit.wards
        if unit_ward.code in codes
    }
    areas = [mention for mention in _area_mentions(said) if not all(area.is_province for area in mention.areas)]
    in_area = {code for code in codes if any(set(mention.areas) & gazetteer().areas_of[code] for mention in areas)}
    for codes_meant in (named & in_area, named, in_area):
        if len(codes_meant) == 1:
            return wards[codes_meant.pop()]
    found = find(text, province).ward
    return found if found is not None and found.code in codes else None


def ward(code: str) -> Ward | None:
    """The commune of today with a code."""
    return gazetteer().wards.get(code)


def wards_in(area: Area) -> tuple[Ward, ...]:
    """The communes of today that have a part of a former district, by name; none for a province."""
    known = gazetteer()
    here = [known.wards[code] for code, areas in known.areas_of.items() if area in areas]
    return () if area.is_province else tuple(sorted(here, key=_by_name))


def wards_of(province: str) -> tuple[Ward, ...]:
    """The communes of a province of today, by name."""
    wards = gazetteer().wards
    return tuple(sorted((ward for ward in wards.values() if ward.is_in(province)), key=_by_name))


def provinces() -> tuple[str, ...]:
    """The names of the provinces of today, without what kind of territory they are, in order."""
    return tuple(sorted({short_province(ward.province) for ward in gazetteer().wards.values()}))


def _by_name(ward: Ward) -> tuple[str, str]:
    return (fold(ward.name), ward.code)


# -- reading the text ------------------------------------------------------------------------------


def _words(text: str) -> tuple[list[_Word], list[_Word]]:
    """The words of a text as typed ("Mường Toong"), and with what an input method left undone decoded ("Thuyj Anh")."""
    cut = nfc(text[: LONGEST_MESSAGE * 2])[:LONGEST_MESSAGE]
    as_typed, decoded = (
        [_Word(word, fold(word)) for word in spell(_LETTER_AND_NUMBER.sub(r"\1 \2", each))]
        for each in (cut, typing_leftovers.decode(cut))
    )
    return as_typed, decoded


def _kind_before(said: Sequence[_Word], name: int) -> tuple[str | None, int]:
    """The kind of place that the words before a name say, and where they begin."""
    for length in (2, 1):
        start = name - length
        kind = _KINDS.get(" ".join(word.bare for word in said[start:name])) if start >= 0 else None
        if kind is not None:
            return kind, start
    return None, name


def _spans(said: Sequence[_Word]) -> Iterator[tuple[int, int, str]]:
    for start in range(len(said)):
        for end in range(start + 1, min(start + LONGEST_NAME, len(said)) + 1):
            yield start, end, key(word.bare for word in said[start:end])


def _mentions(said: Sequence[_Word]) -> Iterator[_Mention]:
    """Every span that is the name of communes as it is written, whatever else it may be."""
    known = gazetteer().units
    for name, end, looked_up in _spans(said):
        if looked_up not in known:
            continue
        kind, _ = _kind_before(said, name)
        if kind is None and name and said[name - 1].bare in _SMALLER:
            continue
        if kind is not None and kind not in COMMUNES:
            continue
        units = _as_written(said[name:end], known[looked_up])
        if any(unit.spelling for unit in units):
            yield _Mention(name, end, kind, units)
        elif units or kind is not None:
            yield _Mention(name, end, kind, tuple(known[looked_up]))


def _as_written(said: Sequence[_Word], units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units whose names have the marks that are written; a word without marks may lack them."""
    fitting = [unit for unit in units if _has_marks_of(said, unit)]
    exact = [unit for unit in fitting if unit.spelling == tuple(word.spelt for word in said)]
    is_marked = any(word.spelt != word.bare for word in said)
    return tuple(exact + [u for u in fitting if u.spelling is None] if exact and is_marked else fitting)


def _has_marks_of(said: Sequence[_Word], unit: Unit) -> bool:
    if unit.spelling is None or len(unit.spelling) != len(said):
        return True
    return _agree(said, unit.spelling)


def _agree(said: Sequence[_Word], spelling: Sequence[str]) -> bool:
    return all(word.spelt in (name, word.bare) for word, name in zip(said, spelling, strict=True))


def _area_mentions(said: Sequence[_Word]) -> list[_AreaMention]:
    known = gazetteer().areas
    mentions = []
    for name, end, looked_up in _spans(said):
        kind, start = _kind_before(said, name)
        is_area_kind = kind in DISTRICTS or kind in PROVINCES
        if looked_up not in known or (kind is not None and not is_area_kind):
            continue
        if kind is None and (end - name == 1 or (name and said[name - 1].bare in _SMALLER)) and looked_up != "hcm":
            continue
        areas = [area for area in known[looked_up] if kind in (None, area.kind)] or known[looked_up]
        areas = [area for area in areas if _is_spelt(said[name:end], area)]
        if areas:
            mentions.append(_AreaMention(start, name, end, kind, tuple(areas)))
    return mentions


def _is_spelt(said: Sequence[_Word], area: Area) -> bool:
    spelt = spell(area.name)[-len(said) :]
    return len(spelt) != len(said) or _agree(said, spelt)


# -- weighing --------------------------------------------------------------------------------------


def _read(said: Sequence[_Word], mention: _Mention, areas: Sequence[_AreaMention], province: str) -> _Reading | None:
    """The best units of a mention in the light of the areas that the text names beside it; None for chance words."""
    beside = [area for area in areas if not mention.overlaps(area.name, area.end)]
    scored = {unit: sum(_is_in(unit, area) for area in beside) for unit in mention.units}
    most = max(scored.values())
    units = [unit for unit, score in scored.items() if score == most]
    at_home = [unit for unit in units if _is_at_home(unit, province)]
    units = at_home or units
    of_kind = [unit for unit in units if mention.kind in (None, unit.kind)]
    if not (most or at_home or of_kind):
        return None
    units = of_kind or units
    units = [unit for unit in units if not unit.older] or units
    is_placed = any(_is_in(units[0], area) and (area.kind or area.start == mention.end) for area in beside)
    if mention.kind is None and not _may_be_bare(said, mention, is_placed=is_placed, is_at_home=bool(at_home)):
        return None
    denied = [area for area in beside if not _is_in(units[0], area)]
    contradicts = not _has_marks_of(said[mention.name : mention.end], units[0]) or any(
        area.kind in DISTRICTS if most else area.kind or all(here.is_province for here in area.areas) for area in denied
    )
    fit = (int(mention.kind is not None or is_placed), most, int(bool(at_home)))
    return _Reading(mention, tuple(units), fit, contradicts)


def _is_in(unit: Unit, mention: _AreaMention) -> bool:
    return not unit.areas.isdisjoint(mention.areas)


def _is_at_home(unit: Unit, province: str) -> bool:
    return any(ward.is_in(province) for ward in unit.wards)


def _may_be_bare(said: Sequence[_Word], mention: _Mention, *, is_placed: bool, is_at_home: bool) -> bool:
    """Whether words without "xã" or "phường" before them are the name of a commune, and not only like one."""
    if said[mention.name].bare.isdigit():
        return False
    return is_placed or mention.length == len(said) or (is_at_home and mention.length > 1)


def _best(readings: Sequence[_Reading]) -> list[_Reading]:
    """The readings that fit best; of names within or across each other only the longest."""
    top = max((reading.fit for reading in readings), default=None)
    best: list[_Reading] = []
    for reading in sorted(
        (reading for reading in readings if reading.fit == top),
        key=lambda reading: (reading.mention.kind is None, reading.units[0].older, -reading.mention.length),
    ):
        if not any(reading.mention.overlaps(other.mention.name, other.mention.end) for other in best):
            best.append(reading)
    return best


def _choices(units: Sequence[Unit], *, is_former: bool) -> tuple[Choice, ...]:
    """The communes of today that units are, each once; those of today's name first.

    A commune that goes on under its name is meant by it even if a part of it went elsewhere, unless the text
    says that it means the former one.
    """
    today = {unit.wards[0].code for unit in units if unit.former is None}
    formers = [unit for unit in units if unit.former is not None]
    if is_former and formers:
        today = set()
    else:
        formers = [unit for unit in formers if not today & {ward.code for ward in unit.wards}]
    choices = {code: Choice(gazetteer().wards[code]) for code in today}
    for unit in formers:
        for ward in unit.wards:
            choices.setdefault(ward.code, Choice(ward, unit.former))
    return tuple(choices.values())


def _district_meant(best: Sequence[_Reading], areas: Sequence[_AreaMention]) -> Area | None:
    """The district that a bare name may mean as well as the commune in it that is called the same."""
    for reading in best:
        mention = reading.mention
        if mention.kind is not None:
            continue
        for area in areas:
            if (area.name, area.end) == (mention.name, mention.end):
                named = [here for here in area.areas if not here.is_province and here in reading.units[0].areas]
                if named:
                    return named[0]
    return None


def _area(mentions: Sequence[_AreaMention], province: str) -> Area | None:
    """The district or province that a text names, rather one of the deployment's province, and of the kind it says."""
    home = {area for ward in wards_of(province) for area in gazetteer().areas_of[ward.code]}
    named = [(mention, area) for mention in mentions for area in mention.areas]
    ordered = sorted(
        named,
        key=lambda each: (each[1] not in home, each[0].kind is None, each[0].start, not each[1].is_province),
    )
    return ordered[0][1] if ordered else None


def _of_area(area: Area | None) -> Found:
    """What an area alone says: which commune it is today, where it is one whole (as islands are)."""
    wards = wards_in(area) if area else ()
    return Found((Choice(wards[0]),), is_sure=True) if len(wards) == 1 else Found(area=area)
