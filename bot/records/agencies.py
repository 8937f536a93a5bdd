"""Agencies as published → agencies by role, fit for the province served."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.language.text import fold
from bot.procedures.model import Agency, Flag

#: More names of one role than this are a directory, not an answer.
MOST_OF_A_ROLE = 12
_PLACE = re.compile(
    r"(?:\s*[-–,]\s*|\s+)(?:UBND )?(?:tỉnh|thành phố|Thành phố|TP\.?)\s+(?P<place>[^\W\d_][\w\s.-]{1,24})$"
)
_DISTRICT = re.compile(r"cấp huyện|\bhuyện\b|\bquận\b|thị xã\b", re.IGNORECASE)
_LEVELS = (
    ("commune", re.compile(r"cấp xã|\bxã\b(?! hội)|phường", re.IGNORECASE)),
    ("province", re.compile(r"cấp tỉnh|^sở\b|tỉnh, thành phố|ủy ban nhân dân tỉnh|công an tỉnh", re.IGNORECASE)),
    ("ministry", re.compile(r"^(?:bộ|cục|tổng cục|thanh tra bộ|ngân hàng nhà nước việt nam)\b", re.IGNORECASE)),
)


def read_agencies(published: Sequence[tuple[str, str]], provinces: Iterable[str]) -> tuple[list[Agency], list[Flag]]:
    """The agencies of a record, each once a role.

    A national record may name the departments of other provinces: what they are everywhere is kept, without the place.
    Agencies of districts, which there are none of any more, are left out.

    Args:
        published: (role, name) as the record has them.
        provinces: The names of all provinces.
    """
    places = {fold(province) for province in provinces}
    by_role: dict[str, list[str]] = {}
    flags: list[Flag] = []
    for role, published_name in published:
        name = _everywhere(published_name, places)
        if name != published_name:
            flags.append(Flag("agency_of_one_place", "agencies", published_name))
        if _DISTRICT.search(name) and _level(name) is None:
            flags.append(Flag("agency_of_a_district", "agencies", published_name))
        elif name not in by_role.setdefault(role, []):
            by_role[role].append(name)
    agencies = []
    for role, names in by_role.items():
        if len(names) > MOST_OF_A_ROLE:
            flags.append(Flag("agencies_too_many", "agencies", f"{role}: {len(names)} ({names[0]} …)"))
        agencies += [Agency(role, name, _level(name)) for name in names[:MOST_OF_A_ROLE]]
    return agencies, list(dict.fromkeys(flags))


def _everywhere(name: str, places: set[str]) -> str:
    match = _PLACE.search(name)
    return name[: match.start()].strip() if match and fold(match["place"]) in places else name


def _level(name: str) -> str | None:
    return next((level for level, pattern in _LEVELS if pattern.search(name)), None)
