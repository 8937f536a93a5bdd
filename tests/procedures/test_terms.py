from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.procedures.terms import Grouped, Letters, Postings, TermWeights, Vocabulary, bm25, letters_of, terms_of

WORD = st.text("abcđ", min_size=1, max_size=6)
TEXTS = st.lists(st.lists(WORD, max_size=8).map(" ".join), min_size=1, max_size=12)


def test_terms_are_words_and_pairs_of_words() -> None:
    assert terms_of("dang ky khai sinh") == ["dang", "ky", "khai", "sinh", "dang ky", "ky khai", "khai sinh"]


def test_letters_are_taken_four_at_a_time_within_a_word() -> None:
    assert letters_of("sinh a") == [" sin", "sinh", "inh ", " a "]


def test_a_vocabulary_passes_over_what_it_has_not_learnt() -> None:
    vocabulary = Vocabulary()
    vocabulary.learn(["khai"])
    assert vocabulary.count(["khai khai sinh"]).toarray().tolist() == [[2]]
    assert vocabulary.number("sinh") is None


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.lists(WORD, max_size=6))
def test_postings_sum_what_the_columns_hold(texts: list[str], query: list[str]) -> None:
    vocabulary = Vocabulary()
    counts = vocabulary.count(texts, learning=True)
    columns = vocabulary.numbers(" ".join(query))
    expected = np.asarray(counts[:, columns].sum(axis=1)).ravel()
    assert Postings(counts).sum(columns) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.data())
def test_the_texts_of_some_owners_are_multiplied_with_a_query(groups: list[list[str]], data: st.DataObject) -> None:
    vocabulary = Vocabulary()
    counts = vocabulary.count([text for group in groups for text in group], learning=True)
    starts = np.cumsum([len(group) for group in groups]) - [len(group) for group in groups]
    owners = np.array(sorted(data.draw(st.sets(st.integers(0, len(groups) - 1), min_size=1))))
    grouped = Grouped(counts, starts)
    query = np.arange(len(vocabulary), dtype=np.float32)
    rows, firsts = grouped.rows(owners)
    expected = [row for owner in owners for row in range(starts[owner], starts[owner] + len(groups[owner]))]
    assert rows.tolist() == expected
    assert [rows[first] for first in firsts] == [starts[owner] for owner in owners]
    assert grouped.dots(query, rows) == pytest.approx(counts.toarray()[expected] @ query)


def test_rare_terms_and_unknown_words_tell_most() -> None:
    vocabulary = Vocabulary()
    weights = TermWeights(vocabulary.count(["giay a", "giay b", "giay c", "b"], learning=True), vocabulary)
    assert weights.of_word("giay") < weights.of_word("b") < weights.of_word("a")
    assert weights.of_word("zzz") == weights.unknown
    assert weights.is_telling("zzz")
    assert not weights.is_telling("giay")
    assert weights.of_text("a zzz") == pytest.approx(weights.of_word("a") + weights.unknown)


def test_repetition_stops_counting_and_long_texts_are_held_back() -> None:
    vocabulary = Vocabulary()
    counts = vocabulary.count(["a b", "a a a a b", "a c d e f g h i b"], learning=True)
    values = np.ones(len(vocabulary), dtype=np.float32)
    once, often, long = bm25(counts, values).toarray()[:, vocabulary.number("a")]
    assert once < often < 4 * once
    assert long < once


def test_a_text_is_most_like_itself_by_letters() -> None:
    vocabulary = Vocabulary()
    texts = ["dang ky khai sinh", "dang ky khai tu", "cap ho chieu"]
    counts = vocabulary.count(texts, learning=True)
    letters = Letters(counts, vocabulary, np.array([0, 2]), TermWeights(counts, vocabulary))
    assert letters.best("dang ky khai sinh", np.array([0, 1])) == pytest.approx([1, 0], abs=0.2)
    assert letters.best("dang ki khai sinnh", np.array([0, 1]))[0] > 0.5
