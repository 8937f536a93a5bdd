"""Abbreviations, texting and dialect words, spelt out in context (data in abbreviations.yml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.language.text import fold, nfc, unmark

DATA = Path(__file__).with_name("abbreviations.yml")
_PIECE = re.compile(r"[^\W_]+|[\W_]+")


@dataclass(frozen=True)
class Abbreviation:
    """One entry: what is typed, what it means, and beside which words it means that."""

    words: tuple[str, ...]
    means: str
    unmarked: bool
    after: frozenset[str]
    means_after: str
    only_before: frozenset[str]
    unless_before: frozenset[str]
    unless_after: frozenset[str]

    def meaning(self, previous: str, following: str) -> str | None:
        """The meaning between two words (unmarked, empty at an end), or None if it has none there."""
        if self.only_before and following not in self.only_before:
            return None
        if following in self.unless_before or previous in self.unless_after:
            return None
        return self.means_after if previous in self.after else self.means


@cache
def _entries() -> dict[str, list[Abbreviation]]:
    """Entries by the form of their first word as typed; longer ones first."""
    table: dict[str, list[Abbreviation]] = {}
    for group in YAML(typ="safe").load(DATA.read_text(encoding="utf-8")).values():
        for typed, entry in group.items():
            abbreviation = _entry(nfc(str(typed)), entry)
            table.setdefault(unmark(abbreviation.words[0]), []).append(abbreviation)
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry.words))
    return table


def _entry(typed: str, entry: Mapping[str, Any]) -> Abbreviation:
    after = entry.get("after", {})
    return Abbreviation(
        words=tuple(typed.split()),
        means=nfc(entry["means"]),
        unmarked=entry.get("unmarked", True),
        after=_folded(after.get("words", [])),
        means_after=nfc(after.get("means", "")),
        only_before=_folded(entry.get("only_before", [])),
        unless_before=_folded(entry.get("unless_before", [])),
        unless_after=_folded(entry.get("unless_after", [])),
    )


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(fold(word) for word in words)


def expand(text: str) -> str:
    """The text with abbreviations, texting and dialect words spelt out; all else is kept."""
    pieces = _PIECE.findall(nfc(text))
    places = [index for index, piece in enumerate(pieces) if piece[0].isalnum()]
    words = [pieces[index] for index in places]
    skip = 0
    for number, index in enumerate(places):
        if skip:
            skip -= 1
            continue
        found = _match(words, number)
        if found is None:
            continue
        abbreviation, meaning = found
        skip = len(abbreviation.words) - 1
        last = places[number + skip]
        pieces[index : last + 1] = [meaning, *[""] * (last - index)]
    return "".join(pieces)


@lru_cache(maxsize=65536)
def _entries_for(word: str) -> tuple[Abbreviation, ...]:
    """The entries whose first word this may be."""
    return tuple(_entries().get(unmark(word.lower()), ()))


def _match(words: list[str], number: int) -> tuple[Abbreviation, str] | None:
    for entry in _entries_for(words[number]):
        typed = [word.lower() for word in words[number : number + len(entry.words)]]
        if not _same(typed, entry):
            continue
        previous = fold(words[number - 1]) if number else ""
        end = number + len(entry.words)
        following = fold(words[end]) if end < len(words) else ""
        meaning = entry.meaning(previous, following)
        if meaning is not None:
            return entry, meaning
    return None


def _same(typed: list[str], entry: Abbreviation) -> bool:
    if typed == list(entry.words):
        return True
    # Typed without marks: only where the entry allows it, and never a word with other marks.
    return entry.unmarked and typed == [unmark(word) for word in entry.words]
