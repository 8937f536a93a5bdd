"""Learning the weights of the search from the ways of asking that the catalogue itself holds.

Ways of asking are held back a fifth at a time and asked to an index without them; so are whole
procedures, whose questions must then find nothing. Conditional logit: maximum likelihood of the
right procedure (or "none") among all, with a small ridge. Questions without an answer are weighed
down to their share among real ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from bot.language.normalise import comparable
from bot.procedures.search import FEATURES, Entry, Index, Weights

FOLDS = 5
RIDGE = 0.02
#: How many of the questions that reach the search are about nothing in the catalogue.
SHARE_OF_NONE = 0.1
_START = Weights((1.0,) * len(FEATURES), 5.0)


@dataclass(frozen=True)
class Sample:
    """One held-back question: features of all candidates, and the right row (None: none of them)."""

    features: Any
    right: int | None


def learn(entries: Sequence[Entry], foreign: Sequence[str]) -> Weights:
    """Weights for a catalogue; ``foreign`` are texts about anything but its procedures."""
    return fit([*held_back(entries), *_foreign(entries, foreign)])


def held_back(entries: Sequence[Entry]) -> Iterator[Sample]:
    """Samples from ways of asking that the index asked does not hold."""
    for fold in range(FOLDS):
        absent = {entry.code for number, entry in enumerate(entries) if number % FOLDS == fold}
        rest = [entry for entry in entries if entry.code not in absent]
        held = {entry.code: [p for n, p in enumerate(entry.phrases) if n % FOLDS == fold] for entry in entries}
        index = Index([entry.without(held[entry.code]) for entry in rest], _START)
        for entry in entries:
            questions = held[entry.code]
            right = None if entry.code in absent else index.codes.index(entry.code)
            for question in questions:
                yield Sample(index.features(question), right)


def _foreign(entries: Sequence[Entry], texts: Sequence[str]) -> Iterator[Sample]:
    index = Index(entries, _START)
    for text in texts:
        yield Sample(index.features(comparable(text)), None)


def fit(samples: Sequence[Sample]) -> Weights:
    """The weights under which the right answers of the samples are likeliest."""
    start = np.array([*_START.features, _START.none])
    result = minimize(_loss, start, args=(samples, _importance(samples)), jac=True, method="L-BFGS-B")
    return Weights(tuple(float(value) for value in result.x[:-1]), float(result.x[-1]))


def _importance(samples: Sequence[Sample]) -> Any:
    """A weight for each sample, such that those without an answer make up their real share."""
    foreign = np.array([sample.right is None for sample in samples])
    share = foreign.mean()
    if not 0 < share < 1:
        return np.ones(len(samples))
    return np.where(foreign, SHARE_OF_NONE / share, (1 - SHARE_OF_NONE) / (1 - share))


def _loss(parameters: Any, samples: Sequence[Sample], importance: Any) -> tuple[float, Any]:
    loss = RIDGE * float(parameters @ parameters)
    slope = 2 * RIDGE * parameters
    weights, none = parameters[:-1], parameters[-1]
    for sample, weight in zip(samples, importance, strict=True):
        scores = np.append(sample.features @ weights, none)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        right = len(shares) - 1 if sample.right is None else sample.right
        loss -= weight * float(np.log(max(shares[right], 1e-12)))
        target = np.zeros_like(shares)
        target[right] = 1
        error = weight * (shares - target)
        slope[: len(FEATURES)] += error[:-1] @ sample.features
        slope[-1] += error[-1]
    return loss / len(samples), slope / len(samples)
