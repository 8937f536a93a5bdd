"""The names of procedures, and how fully one stands in a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.procedures.terms import Grouped, TermWeights, Vocabulary

#: The least that a word of a name weighs: no name is made of nothing.
LEAST_WEIGHT = 0.05


class Titles:
    """The official, short and everyday names of procedures, to see how fully one stands in a message.

    Args:
        names: The names of each procedure, as unmarked words.
        weights: How much each word tells.
    """

    def __init__(self, names: Sequence[Sequence[str]], weights: TermWeights) -> None:
        self._names, self._is_telling = names, weights.is_telling
        owners: dict[str, list[int]] = {}
        for owner, own in enumerate(names):
            for name in own:
                owners.setdefault(name, []).append(owner)
        self._owners = {name: np.array(numbers, dtype=np.intp) for name, numbers in owners.items() if name}
        self._vocabulary = Vocabulary(lambda text: list(dict.fromkeys(text.split())))
        held = self._vocabulary.count((name for own in names for name in own or [""]), learning=True)
        words = np.array([max(weights.of_word(word), LEAST_WEIGHT) for word in self._vocabulary], dtype=np.float32)
        numbers = np.array([max(len(own), 1) for own in names])
        self._held = Grouped(held, np.cumsum(numbers) - numbers)
        self._words = words
        self._lengths = np.asarray(held.sum(axis=1)).ravel()
        self._weights = np.maximum(held @ words, LEAST_WEIGHT)

    def owners(self, name: str) -> Any:
        """The numbers of the procedures that have exactly this name."""
        return self._owners.get(name, np.array([], dtype=np.intp))

    def named(self, query: str, owners: Any) -> Any:
        """Which of some procedures the query names, with nothing telling beside the name; the longest name counts."""
        words = query.split()
        lengths = np.zeros(len(owners))
        for place, owner in enumerate(owners):
            for name in self._names[owner]:
                own = set(name.split())
                is_there = f" {name} " in f" {query} " and not any(map(self._is_telling, set(words) - own))
                if is_there and (len(own) > 1 or name == query):
                    lengths[place] = max(lengths[place], len(own))
        return (lengths > 0) & (lengths == lengths.max(initial=0))

    def contained(self, query: str, owners: Any) -> tuple[Any, Any]:
        """For some procedures, the largest share of one of their names that stands in the query.

        Returns:
            The squared share by weight and by number of words.
        """
        rows, firsts = self._held.rows(owners)
        said = self._said(query)
        by_weight = self._held.dots(said * self._words, rows) / self._weights[rows]
        by_number = self._held.dots(said, rows) / np.maximum(self._lengths[rows], 1)
        return np.maximum.reduceat(by_weight, firsts) ** 2, np.maximum.reduceat(by_number, firsts) ** 2

    def stands_in(self, query: str, owners: Any) -> bool:
        """Whether a whole name of two words or more of some procedures stands in the query."""
        rows, _ = self._held.rows(owners)
        lengths = self._lengths[rows]
        return bool(np.any((self._held.dots(self._said(query), rows) == lengths) & (lengths > 1)))

    def _said(self, query: str) -> Any:
        said = np.zeros(len(self._vocabulary), dtype=np.float32)
        said[self._vocabulary.numbers(query)] = 1
        return said
