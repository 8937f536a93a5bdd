"""Desks: which place the name of an agency means, so that two names of one desk are one place to go to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.language.normalise import comparable
from bot.procedures.model import Agency

DESKS = Path(__file__).parent / "desks.yml"
#: What follows says where the agency is, not which one it is.
_WHERE = re.compile(r"\bnơi\b")
_OR = re.compile(r"[,;()]|\bhoặc\b")
#: A name of fewer words ("cơ quan", "chi nhánh") says too little to be the same agency.
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Desk:
    """A place to go to; the same one whatever the case and the marks of its name."""

    key: str
    name: str = field(compare=False)


@lru_cache(maxsize=4096)
def desks_of(agency: str) -> tuple[Desk, ...]:
    """The desks that the name of an agency means, any one of which will do.

    A name that desks.yml does not know is a desk of its own.
    """
    said = f" {comparable(agency)} "
    names = [place["name"] for place in _known()["places"] if _has_word(said, place["words"])]
    if names:
        return tuple(Desk(comparable(name), name) for name in names)
    return (Desk(comparable(_WHERE.split(agency.partition("(")[0])[0] or agency), agency),)


def is_person(confirmer: str) -> bool:
    """Whether one who confirms is a person, whose signature needs no visit to an office."""
    said = f"{comparable(confirmer)} "
    return any(said.startswith(f"{comparable(beginning)} ") for beginning in _known()["persons"])


def handles(agencies: Iterable[Agency], confirmer: str) -> bool:
    """Whether one who confirms is among the agencies that handle the dossier anyway.

    An agency of the same kind elsewhere ("nơi …") is another one.
    """
    who, where = _who_and_where(confirmer)
    others = [_who_and_where(agency.name) for agency in agencies if agency.role != "coordinates"]
    return any(_is_same(who, other) and where in ("", there) for other, there in others)


def _who_and_where(agency: str) -> tuple[str, str]:
    who, *where = _WHERE.split(agency, maxsplit=1)
    return who, comparable(" ".join(where))


def _is_same(who: str, other: str) -> bool:
    """Whether two names mean one agency: one is within the other, or they have one of several agencies in common."""
    one, two = comparable(who), comparable(other)
    return one in two or two in one or not _named_in(who).isdisjoint(_named_in(other))


def _named_in(agency: str) -> set[str]:
    names = (comparable(name) for name in _OR.split(agency))
    return {name for name in names if name.count(" ") >= SHORTEST_NAME - 1}


def _has_word(said: str, words: Iterable[str]) -> bool:
    return any(f" {comparable(word)} " in said for word in words)


@cache
def _known() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(DESKS.read_text(encoding="utf-8")))
