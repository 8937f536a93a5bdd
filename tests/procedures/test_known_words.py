from __future__ import annotations

import numpy as np
import pytest

from bot.language.text import fold
from bot.procedures.known_words import KnownWords
from bot.procedures.terms import TermWeights, Vocabulary

TEXTS = ["vắng mặt", "vàng bạc", "khai sinh"]


@pytest.fixture
def known() -> KnownWords:
    vocabulary = Vocabulary()
    unmarked = {word: fold(word) for text in TEXTS for word in text.split()}
    counts = vocabulary.count([fold(text) for text in TEXTS], learning=True)
    return KnownWords(TEXTS, unmarked, TermWeights(counts, vocabulary))


def test_a_word_with_other_marks_clashes(known: KnownWords) -> None:
    clash = known.clash("vàng", np.arange(3))
    assert clash[0] == pytest.approx(1)
    assert clash[1] == clash[2] == 0


def test_a_word_without_marks_never_clashes(known: KnownWords) -> None:
    assert known.clash("vang", np.arange(3)).tolist() == [0, 0, 0]


def test_a_slip_of_one_letter_is_mended_where_no_syllable_is_meant(known: KnownWords) -> None:
    assert known.mend("khqi sinh") == "khai sinh"
    assert known.mend("khôi sinh") == "khôi sinh"
