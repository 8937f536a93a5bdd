from __future__ import annotations

import numpy as np
import pytest

from bot.procedures import calibration
from bot.procedures.calibration import Sample
from bot.procedures.model import Procedure
from bot.procedures.search import FEATURES, Entry, Index, Weights


def test_what_is_learnt_finds_what_was_held_back(procedures: dict[str, Procedure]) -> None:
    chosen = [Entry.of(procedure) for procedure in list(procedures.values())[:12]]
    foreign = ["cách nấu phở", "thời tiết hôm nay", "ai vô địch"]
    weights = calibration.learn(chosen, foreign, ["nộp ở đâu", "phí bao nhiêu"], [])
    index = Index(chosen, weights)
    hits = [index.rank(entry.titles[0]).candidates[0].code == entry.code for entry in chosen]
    assert np.mean(hits) >= 0.9


def test_held_back_questions_are_not_in_the_index_that_is_asked(procedures: dict[str, Procedure]) -> None:
    entries = [Entry.of(procedure) for procedure in list(procedures.values())[:5]]
    samples = list(calibration.held_back(entries))
    assert len(samples) == sum(len(entry.phrases) for entry in entries)
    assert any(not sample.right for sample in samples)
    for sample in samples:
        assert sample.features.shape[1] == len(FEATURES)


def test_steepening_makes_right_answers_likelier() -> None:
    flat = Weights((0.1,) * len(FEATURES), 0.1)
    features = np.zeros((2, len(FEATURES)))
    features[0] = 1
    samples = [Sample(features, (0,))] * 5
    steep = calibration.steepen(flat, samples)
    assert steep.features[0] > flat.features[0]
    assert steep.features[0] / flat.features[0] == pytest.approx(steep.none / flat.none)


def test_without_questions_nothing_is_steepened() -> None:
    weights = Weights.read(150)
    assert calibration.steepen(weights, []) == weights
