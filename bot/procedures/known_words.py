"""Which words, with their marks, the procedures' texts hold; and slips of one letter mended by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA

from bot.language.text import fold
from bot.language.typing_leftovers import is_syllable
from bot.procedures.terms import Grouped, TermWeights, Vocabulary

#: Shorter words have too many neighbours to be mended.
SHORTEST_MENDED = 3


class KnownWords:
    """The words of a set of texts.

    Args:
        texts: The texts, as spoken words with their marks.
        unmarked: Every word of the texts, unmarked.
        weights: How much each unmarked word tells.
    """

    def __init__(self, texts: Sequence[str], unmarked: Mapping[str, str], weights: TermWeights) -> None:
        self._weights = weights
        self._forms = Vocabulary(lambda text: _forms(text, unmarked))
        held = self._forms.count(texts, learning=True)
        self._number_of_texts = np.bincount(held.indices, minlength=len(self._forms))
        self._held = Grouped(held, np.arange(len(texts)))
        self._near: dict[str, list[str]] = {}
        for form in self._forms:
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
        clash, total = np.zeros(len(self._forms), dtype=np.float32), 0.0
        for word in said.split():
            unmarked = fold(word)
            weight = self._weights.of_word(unmarked)
            total += weight
            if not word.isascii():
                for form, sign in ((f"~{unmarked}", 1), (word, -1)):
                    number = self._forms.number(form)
                    if number is not None:
                        clash[number] += sign * weight
        return self._held.dots(clash, rows) / max(total, 1e-9)

    def _mend_word(self, word: str) -> str:
        if (
            len(word) < SHORTEST_MENDED
            or is_syllable(word)
            or self._forms.number(word) is not None
            or not word.isalpha()
        ):
            return word
        unmarked = fold(word)
        near = {known for shorter in _with_one_letter_less(unmarked) for known in self._near.get(shorter, ())}
        mended = [known for known in near if OSA.distance(unmarked, known) <= 1]
        return max(sorted(mended), key=self._holding, default=word)

    def _holding(self, unmarked: str) -> int:
        """How many texts hold a word, whatever its marks."""
        number = self._forms.number(f"~{unmarked}")
        return int(self._number_of_texts[number]) if number is not None else 0


def _forms(text: str, unmarked: Mapping[str, str]) -> list[str]:
    """Each word of a text once as it stands, and once without its marks, with a tilde."""
    words = set(text.split())
    return sorted(words | {f"~{unmarked[word]}" for word in words})


def _with_one_letter_less(word: str) -> Iterator[str]:
    """A word and all that is left of it without one of its letters: two that share one are a slip apart."""
    yield word
    yield from (word[:place] + word[place + 1 :] for place in range(len(word)))
