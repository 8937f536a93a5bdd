"""Learning the weights of the search from the ways of asking that the catalogue itself holds.

Ways of asking are held back a fifth at a time and asked to an index without them; so are whole
procedures, whose questions must then find nothing. Conditional logit: maximum likelihood of the
right procedure (or "none") among all candidates, with a small ridge. Questions without an answer are
weighed down to their share among real ones. The steepness of the whole is then fitted on questions that
somebody else wrote, so that the probabilities are those of real questions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import logsumexp

from bot.procedures.search import FEATURES, Compared, Entry, Index, Weights

FOLDS = 5
RIDGE = 0.0005
#: How many of the questions that reach the search are about nothing in the catalogue: in a chosen few hundred
#: procedures, and in (nearly) all that there are.
SHARE_OF_NONE = 0.1
SHARE_OF_NONE_OF_ALL = 0.03
#: From so many procedures on a catalogue is taken for all that there are.
ALL = 2000
#: Over all that there are, other writers' questions are a little harder than those learnt from: less steep by this.
CAUTION_OF_ALL = 0.8
#: So many held-back questions of a fold are asked: more teach nothing new, and take minutes.
MOST_QUESTIONS = 2000
_START = Weights((1.0,) * len(FEATURES), 5.0)


@dataclass(frozen=True)
class Sample:
    """One question: features of all candidates, and the right rows (none: no candidate is right)."""

    features: Any
    right: tuple[int, ...]

    def log_shares(self, weights: Weights) -> tuple[Any, list[int]]:
        """The logarithms of all probabilities under some weights, and the right places among them."""
        scores = np.append(self.features @ np.array(weights.features), weights.none)
        return scores - logsumexp(scores), list(self.right) or [len(scores) - 1]


def learn(
    entries: Sequence[Entry],
    foreign: Sequence[str],
    aspects: Sequence[str],
    asked: Sequence[tuple[str, Sequence[str]]],
) -> Weights:
    """Weights for a catalogue.

    Args:
        entries: The catalogue.
        foreign: Texts about anything but its procedures.
        aspects: Short questions that name nothing but an aspect ("nộp ở đâu"); people put them behind a name.
        asked: Questions by somebody who did not write the entries, with their right codes (none if
            the catalogue has no answer).
    """
    whole = Index(entries, _START)
    samples = [*held_back(entries), *_named(entries, whole, aspects), *_foreign(whole, foreign)]
    is_all = len(entries) >= ALL
    weights = steepen(fit(samples, SHARE_OF_NONE_OF_ALL if is_all else SHARE_OF_NONE), list(_asked(whole, asked)))
    weights = _times(weights, CAUTION_OF_ALL) if is_all else weights
    return Weights(weights.features, weights.none, len(entries))


def held_back(entries: Sequence[Entry]) -> Iterator[Sample]:
    """Samples from ways of asking that the index asked does not hold."""
    for fold in range(FOLDS):
        absent = {entry.code for number, entry in enumerate(entries) if number % FOLDS == fold}
        rest = [entry for entry in entries if entry.code not in absent]
        held = {entry.code: [p for n, p in enumerate(entry.phrases) if n % FOLDS == fold] for entry in entries}
        index = Index([entry.without(held[entry.code]) for entry in rest], _START)
        questions = [(question, entry.code) for entry in entries for question in held[entry.code]]
        for question, code in random.Random(fold).sample(questions, min(len(questions), MOST_QUESTIONS)):
            sample = _sample(index, question, () if code in absent else (code,))
            if sample is not None:
                yield sample


def _sample(index: Index, text: str, codes: Sequence[str]) -> Sample | None:
    """A sample from a question, or None if what is right is not among the candidates: it teaches nothing."""
    compared: Compared = index.compare(text)
    right = tuple(place for place, row in enumerate(compared.rows) if index.codes[row] in codes)
    return Sample(compared.features, right) if right or not codes else None


def _named(entries: Sequence[Entry], index: Index, aspects: Sequence[str]) -> Iterator[Sample]:
    """Samples from the names themselves, bare and with a question behind: who says exactly a name means it."""
    chance = random.Random(0)
    for entry in chance.sample(list(entries), min(len(entries), MOST_QUESTIONS)):
        for title in entry.titles[:2]:
            for text in (title, f"{title} {chance.choice(aspects)}") if aspects else (title,):
                sample = _sample(index, text, [entry.code])
                if sample is not None:
                    yield sample


def _foreign(index: Index, texts: Sequence[str]) -> Iterator[Sample]:
    for text in texts:
        yield Sample(index.compare(text).features, ())


def _asked(index: Index, asked: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Sample]:
    known = set(index.codes)
    for text, codes in asked:
        sample = _sample(index, text, [code for code in codes if code in known])
        if sample is not None:
            yield sample


def steepen(weights: Weights, samples: Sequence[Sample]) -> Weights:
    """The weights times the factor under which the right answers of the samples are likeliest."""
    if not samples:
        return weights

    def loss(factor: float) -> float:
        total = 0.0
        for sample in samples:
            shares, right = sample.log_shares(_times(weights, factor))
            total -= float(logsumexp(shares[right]))
        return total

    return _times(weights, float(minimize_scalar(loss, bounds=(0.3, 3.0), method="bounded").x))


def _times(weights: Weights, factor: float) -> Weights:
    return Weights(tuple(weight * factor for weight in weights.features), weights.none * factor, weights.procedures)


def fit(samples: Sequence[Sample], share_of_none: float = SHARE_OF_NONE) -> Weights:
    """The weights under which the right answers of the samples are likeliest.

    Args:
        samples: The questions.
        share_of_none: What share of real questions has no answer in the catalogue.
    """
    start = np.array([*_START.features, _START.none])
    result = minimize(_loss, start, args=(samples, _importance(samples, share_of_none)), jac=True, method="L-BFGS-B")
    return Weights(tuple(float(value) for value in result.x[:-1]), float(result.x[-1]))


def _importance(samples: Sequence[Sample], share_of_none: float) -> Any:
    """A weight for each sample, such that those without an answer make up their real share."""
    foreign = np.array([not sample.right for sample in samples])
    share = foreign.mean()
    if not 0 < share < 1:
        return np.ones(len(samples))
    return np.where(foreign, share_of_none / share, (1 - share_of_none) / (1 - share))


def _loss(parameters: Any, samples: Sequence[Sample], importance: Any) -> tuple[float, Any]:
    loss = RIDGE * float(parameters @ parameters)
    slope = 2 * RIDGE * parameters
    weights, none = parameters[:-1], parameters[-1]
    for sample, weight in zip(samples, importance, strict=True):
        scores = np.append(sample.features @ weights, none)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        right = sample.right[0] if sample.right else len(shares) - 1
        loss -= weight * float(np.log(max(shares[right], 1e-12)))
        target = np.zeros_like(shares)
        target[right] = 1
        error = weight * (shares - target)
        slope[: len(FEATURES)] += error[:-1] @ sample.features
        slope[-1] += error[-1]
    return loss / len(samples), slope / len(samples)
