from __future__ import annotations

import numpy as np
import pytest

from bot.procedures.terms import TermWeights, Vocabulary
from bot.procedures.titles import Titles

NAMES = [["khai sinh", "giay khai sinh"], ["khai tu"], []]
ALL = np.arange(3)


@pytest.fixture
def titles() -> Titles:
    vocabulary = Vocabulary()
    texts = [" ".join(names) for names in NAMES]
    return Titles(NAMES, TermWeights(vocabulary.count(texts, learning=True), vocabulary))


def test_owners_are_those_with_exactly_the_name(titles: Titles) -> None:
    assert titles.owners("khai tu").tolist() == [1]
    assert titles.owners("khai").tolist() == []


def test_a_name_that_stands_whole_in_a_message_has_all_of_its_share(titles: Titles) -> None:
    by_weight, by_number = titles.contained("lam khai sinh cho con", ALL)
    assert by_weight[0] == by_number[0] == pytest.approx(1)
    assert by_number[1] == pytest.approx(0.25)
    assert by_weight[2] == by_number[2] == 0


def test_a_share_is_given_for_the_owners_asked(titles: Titles) -> None:
    _, by_number = titles.contained("khai tu", np.array([1]))
    assert by_number.tolist() == pytest.approx([1])


def test_only_whole_names_of_two_words_stand_in_a_message(titles: Titles) -> None:
    assert titles.stands_in("toi muon khai tu cho bo", ALL)
    assert not titles.stands_in("toi muon khai thue", ALL)


def test_a_name_with_nothing_telling_beside_it_is_meant() -> None:
    names = [["khai tu"], ["lai khai tu"], ["ket hon"]]
    vocabulary = Vocabulary()
    texts = ["khai tu o dau", "lai khai tu o dau", "ket hon o dau", "ho chieu o dau"]
    titles = Titles(names, TermWeights(vocabulary.count(texts, learning=True), vocabulary))
    assert titles.named("khai tu o dau", ALL).tolist() == [True, False, False]
    assert titles.named("lai khai tu o dau", ALL).tolist() == [False, True, False]
    assert titles.named("khai tu ho chieu", ALL).tolist() == [False, False, False]
    assert titles.named("tu khai", ALL).tolist() == [False, False, False]
