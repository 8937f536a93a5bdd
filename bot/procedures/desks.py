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
    """Whether one who confirms is among the agencies that handle the dossier anyway."""
    said = comparable(confirmer)
    is_elsewhere = _WHERE.search(confirmer) is not None
    names = (comparable(agency.name) for agency in agencies if agency.role != "coordinates")
    return any(said == name or (name in said and not is_elsewhere) for name in names)


def _has_word(said: str, words: Iterable[str]) -> bool:
    return any(f" {comparable(word)} " in said for word in words)


@cache
def _known() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(DESKS.read_text(encoding="utf-8")))
