from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import decision
from bot.procedures.search import Candidate, Ranking


def ranking(*shares: float) -> Ranking:
    candidates = tuple(Candidate(str(number), share) for number, share in enumerate(shares))
    return Ranking(candidates, 1 - sum(shares))


@pytest.mark.parametrize(
    ("shares", "outcome"),
    [
        ((0.97, 0.01), "answered"),
        ((0.6, 0.3, 0.05), "clarify"),
        ((0.05, 0.02), "not_found"),
        ((0.85, 0.1), "clarify"),
        ((), "not_found"),
    ],
)
def test_the_cheapest_outcome_is_chosen(shares: tuple[float, ...], outcome: str) -> None:
    assert decision.decide(ranking(*shares)).outcome == outcome


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=8))
def test_an_answer_is_given_only_when_a_question_would_cost_more(weights: list[float]) -> None:
    total = sum(weights) + 1
    shares = sorted((weight / total for weight in weights), reverse=True)
    chosen = decision.decide(ranking(*shares))
    if chosen.outcome == "answered":
        assert decision.WRONG_ANSWER * (1 - shares[0]) <= decision.EXTRA_QUESTION + decision.MISSED
        assert len(chosen.codes) == 1
    if chosen.outcome == "clarify":
        assert min(2, len(shares)) <= len(chosen.codes) <= 4
    if chosen.outcome == "not_found":
        assert chosen.codes == ()


def test_favouring_keeps_the_total() -> None:
    favoured = decision.favour(ranking(0.3, 0.2), "1", 3.0)
    assert favoured.candidates[0].code == "1"
    assert sum(candidate.probability for candidate in favoured.candidates) + favoured.none == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("cái đầu tiên", 0),
        ("số 2", 1),
        ("cái thứ ba", 2),
        ("cuối cùng", 3),
        ("thứ tư", 3),
        ("cái thứ 9", None),
        ("ừ", None),
    ],
)
def test_ordinals(text: str, position: int | None) -> None:
    assert decision.ordinal(text, 4) == position


def test_among_choices_the_clearly_meant_one_is_taken() -> None:
    assert decision.among(ranking(0.5, 0.02, 0.1), ["0", "1"]) == "0"
    assert decision.among(ranking(0.3, 0.25), ["0", "1"]) is None
    assert decision.among(ranking(0.9, 0.0001), ["1"]) is None
