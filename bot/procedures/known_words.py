"""Which words, with their marks, the procedures' texts hold; and slips of one letter mended by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA

from bot.language.text import fold
from bot.language.typing_leftovers import is_syllable
from bot.procedures.terms import TermIndex

#: Shorter words have too many neighbours to be mended.
SHORTEST_MENDED = 3
_NOWHERE = np.array([], dtype=np.intp)


class KnownWords:
    """The words of a set of texts.

    Args:
        texts: The texts, as spoken words with their marks.
        terms: The same texts unmarked, which say how much a word tells.
    """

    def __init__(self, texts: Sequence[str], terms: TermIndex) -> None:
        self._size = len(texts)
        self._terms = terms
        holding: dict[str, list[int]] = {}
        unmarked = {word: fold(word) for text in texts for word in set(text.split())}
        for number, text in enumerate(texts):
            words = set(text.split())
            for form in words | {f"~{unmarked[word]}" for word in words}:
                holding.setdefault(form, []).append(number)
        self._holding = {form: np.array(numbers, dtype=np.int32) for form, numbers in holding.items()}
        self._near: dict[str, list[str]] = {}
        for form in self._holding:
            if form.startswith("~"):
                for shorter in _with_one_letter_less(form[1:]):
                    self._near.setdefault(shorter, []).append(form[1:])

    def mend(self, said: str) -> str:
        """The text with slips mended: what is no Vietnamese syllable, and a known word but for one letter."""
        return " ".join(self._mend_word(word) for word in said.split())

    def clash(self, said: str, rows: Any) -> Any:
        """For some texts, the weighted share of the words said that each holds with other marks only.

        A word typed without marks may stand for any with the same letters and never clashes.
        """
        clash, total = np.zeros(self._size), 0.0
        for word in said.split():
            unmarked = fold(word)
            weight = self._terms.weight(unmarked)
            total += weight
            if not word.isascii():
                clash[self._holding.get(f"~{unmarked}", _NOWHERE)] += weight
                clash[self._holding.get(word, _NOWHERE)] -= weight
        return clash[rows] / max(total, 1e-9)

    def _mend_word(self, word: str) -> str:
        if len(word) < SHORTEST_MENDED or is_syllable(word) or word in self._holding or not word.isalpha():
            return word
        unmarked = fold(word)
        near = {known for shorter in _with_one_letter_less(unmarked) for known in self._near.get(shorter, ())}
        mended = [known for known in near if OSA.distance(unmarked, known) <= 1]
        return max(sorted(mended), key=lambda known: len(self._holding[f"~{known}"]), default=word)


def _with_one_letter_less(word: str) -> Iterator[str]:
    """A word and all that is left of it without one of its letters: two that share one are a slip apart."""
    yield word
    yield from (word[:place] + word[place + 1 :] for place in range(len(word)))
