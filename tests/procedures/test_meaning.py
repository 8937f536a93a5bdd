from __future__ import annotations

import numpy as np
import pytest

from bot.procedures.meaning import Meaning
from bot.procedures.terms import TermWeights, Vocabulary

#: Five matters, each told in three ways that share their words pairwise only.
TEXTS = [f"{m}1 {m}2" for m in "abcde"] + [f"{m}2 {m}3" for m in "abcde"] + [f"{m}3 {m}4" for m in "abcde"]
TEXTS += [f"{m}1 {m}4" for m in "abcde"]
ALL = np.arange(len(TEXTS))


def meaning_of(texts: list[str]) -> tuple[Meaning, Vocabulary]:
    vocabulary = Vocabulary()
    counts = vocabulary.count(texts, learning=True)
    return Meaning(counts, vocabulary, TermWeights(counts, vocabulary), dimensions=5), vocabulary


def test_words_that_keep_the_same_company_are_close() -> None:
    meaning, vocabulary = meaning_of(TEXTS)
    cosines = meaning.cosines(vocabulary.numbers("a1"), ALL)
    of_the_matter = np.array([text.startswith("a") for text in TEXTS])
    assert cosines[of_the_matter].min() > 0.9  # "a2 a3" without the word itself
    assert np.abs(cosines[~of_the_matter]).max() < 0.1


def test_nothing_known_is_close_to_nothing() -> None:
    meaning, vocabulary = meaning_of(TEXTS)
    assert meaning.cosines(vocabulary.numbers("zzz"), ALL).tolist() == pytest.approx([0] * len(TEXTS))


@pytest.mark.parametrize("texts", [["khai sinh"], ["khai sinh", "khai tu"]])
def test_a_catalogue_too_small_for_it_has_no_meaning(texts: list[str]) -> None:
    meaning, vocabulary = meaning_of(texts)
    assert meaning.cosines(vocabulary.numbers("khai sinh"), np.arange(len(texts))).tolist() == [0] * len(texts)
