"""The list of all procedures, to leaf through and to look up by name: a plain look-up, not the search of the chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from bot.language.text import fold
from bot.procedures.store import Head, Store


class Listing:
    """Procedures by field and by the words of their names."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._given = tuple(heads)
        self.names = {head.code: head.short_name for head in self._given}

    @cached_property
    def heads(self) -> list[Head]:
        """Every procedure, in the order of the alphabet."""
        return sorted(self._given, key=lambda head: (fold(head.short_name), head.code))

    @property
    def fields(self) -> list[tuple[str, int]]:
        """Every field with how many procedures it has, in the order of the alphabet."""
        counts = Counter(head.field for head in self.heads)
        return sorted(counts.items(), key=lambda item: fold(item[0]))

    def of_field(self, field: str) -> list[Head]:
        """The procedures of a field."""
        return [head for head in self.heads if head.field == field]

    def named(self, text: str) -> list[Head]:
        """The procedures whose names or code have words that begin with each of those given, marks or not.

        Those that have them side by side in their short name come first.
        """
        wanted = fold(text)
        beginnings = [f" {word}" for word in wanted.split()]
        found = [
            (f" {wanted}" not in name, head)
            for head, name, words in self._folded
            if beginnings and all(beginning in words for beginning in beginnings)
        ]
        return [head for _, head in sorted(found, key=lambda item: item[0])]

    @cached_property
    def _folded(self) -> list[tuple[Head, str, str]]:
        return [(head, f" {fold(head.short_name)}", f" {_words(head)}") for head in self.heads]


class Listings:
    """The list of the day that is asked for, kept until the database or the day is another."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: tuple[tuple[int, date], Listing] | None = None

    def on(self, day: date) -> Listing:
        """The list of the procedures in force on a day."""
        version = (self._store.revision(), day)
        kept = self._kept
        if kept is None or kept[0] != version:
            self._kept = kept = (version, Listing(self._store.heads(day)))
        return kept[1]

    def name_of(self, code: str) -> str | None:
        """The short name of a procedure on the list that was asked for last."""
        return self._kept[1].names.get(code) if self._kept else None


def _words(head: Head) -> str:
    return " ".join(fold(text) for text in (head.short_name, head.name, head.code, head.field))
