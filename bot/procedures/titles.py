"""The names of procedures, and how fully one stands in a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bot.procedures.terms import TermIndex


class Titles:
    """The official, short and everyday names of procedures, to see how fully one stands in a message."""

    def __init__(self, names: Iterable[tuple[int, str]], size: int, terms: TermIndex) -> None:
        self._size = size
        named = [(owner, words) for owner, name in names if (words := name.split())]
        # In order of their owners, so that a procedure's names stand together.
        self._owner = np.array([owner for owner, _ in named], dtype=np.intp)
        self._starts = np.flatnonzero(np.append(True, np.diff(self._owner) != 0)) if named else self._owner
        owners: dict[str, list[int]] = {}
        for owner, words in named:
            owners.setdefault(" ".join(words), []).append(owner)
        self._owners = {name: np.array(numbers, dtype=np.intp) for name, numbers in owners.items()}
        self._lengths = np.array([len(set(words)) for _, words in named], dtype=float)
        holding: dict[str, list[int]] = {}
        for number, (_, words) in enumerate(named):
            for word in set(words):
                holding.setdefault(word, []).append(number)
        self._word_weight = {word: max(terms.weight(word), 0.05) for word in holding}
        self._weights = np.array([sum(self._word_weight[word] for word in set(words)) for _, words in named])
        self._holding = {word: np.array(numbers, dtype=np.intp) for word, numbers in holding.items()}

    def owners(self, name: str) -> Any:
        """The numbers of the procedures that have exactly this name."""
        return self._owners.get(name, np.array([], dtype=np.intp))

    def contained(self, query: str) -> tuple[Any, Any]:
        """For every procedure, the largest share of one of its names that stands in the query.

        Returns:
            The squared share by weight and by number of words.
        """
        weight, number = np.zeros(len(self._owner)), np.zeros(len(self._owner))
        for word in set(query.split()) & self._holding.keys():
            holding = self._holding[word]
            weight[holding] += self._word_weight[word]
            number[holding] += 1
        return self._best(weight, self._weights), self._best(number, self._lengths)

    def stands_in(self, query: str) -> bool:
        """Whether a whole name of two words or more stands in the query."""
        number = np.zeros(len(self._owner))
        for word in set(query.split()) & self._holding.keys():
            number[self._holding[word]] += 1
        return bool(np.any((number == self._lengths) & (self._lengths > 1)))

    def _best(self, found: Any, whole: Any) -> Any:
        best = np.zeros(self._size)
        if found.size:
            best[self._owner[self._starts]] = np.maximum.reduceat((found / whole) ** 2, self._starts)
        return best
