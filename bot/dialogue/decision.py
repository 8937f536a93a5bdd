"""From probabilities to an outcome, by one cost: a wrong answer costs ten times an extra question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.normalise import comparable
from bot.procedures.search import Candidate, Ranking

WRONG_ANSWER = 10.0
EXTRA_QUESTION = 1.0
#: A clarifying question without the right choice, or "not found" where the answer was there.
MISSED = 3.0
MOST_CHOICES = 4
FEWEST_CHOICES = 2
#: A choice this much less likely than the best is not worth reading.
LEAST_SHARE = 0.02

_ORDINALS = {
    "nhat": 0, "dau": 0, "dau tien": 0, "mot": 0, "1": 0, "a": 0,
    "hai": 1, "2": 1, "nhi": 1, "b": 1,
    "ba": 2, "3": 2, "c": 2,
    "tu": 3, "bon": 3, "4": 3, "d": 3,
}  # fmt: skip
_LAST = ("cuoi", "cuoi cung", "sau cung", "chot")


@dataclass(frozen=True)
class Decision:
    """An outcome (answered, clarify, not_found) and the procedures it is about, best first."""

    outcome: str
    codes: tuple[str, ...]


def decide(ranking: Ranking) -> Decision:
    """The outcome with the least expected cost."""
    best = ranking.best
    if best is None:
        return Decision("not_found", ())
    offered = choices(ranking)
    covered = sum(candidate.probability for candidate in offered)
    costs = {
        "answered": WRONG_ANSWER * (1 - best.probability),
        "clarify": EXTRA_QUESTION + MISSED * (1 - covered),
        "not_found": MISSED * (1 - ranking.none),
    }
    outcome = min(costs, key=lambda name: costs[name])
    if outcome == "answered":
        return Decision(outcome, (best.code,))
    return Decision(outcome, tuple(candidate.code for candidate in offered) if outcome == "clarify" else ())


def choices(ranking: Ranking) -> tuple[Candidate, ...]:
    """The candidates that a clarifying question offers, best first."""
    top = ranking.candidates[:MOST_CHOICES]
    likely = [candidate for candidate in top if candidate.probability >= LEAST_SHARE * top[0].probability]
    return tuple(top[: max(len(likely), FEWEST_CHOICES)])


def favour(ranking: Ranking, code: str | None, odds: float) -> Ranking:
    """The ranking with one procedure made likelier by a factor."""
    if code is None:
        return ranking
    raised = {c.code: c.probability * (odds if c.code == code else 1) for c in ranking.candidates}
    total = sum(raised.values()) + ranking.none
    ordered = sorted(raised.items(), key=lambda item: -item[1])
    return Ranking(tuple(Candidate(c, p / total) for c, p in ordered), ranking.none / total)


def among(ranking: Ranking, codes: Sequence[str]) -> str | None:
    """The one of some procedures that is meant if it must be one of them, or None if unclear."""
    shares = {candidate.code: candidate.probability for candidate in ranking.candidates if candidate.code in codes}
    best = max(shares, key=lambda code: shares[code], default=None)
    if best is None or ranking.best is None:
        return None
    clear = shares[best] >= 0.8 * sum(shares.values())
    # Something outside the choices that fits far better is a new question.
    return best if clear and shares[best] >= 0.1 * ranking.best.probability else None


def ordinal(text: str, size: int) -> int | None:
    """The 0-based position that a text names in a list of a size ('cái thứ hai', 'số 2', 'cuối')."""
    said = comparable(text).split()
    if size and any(last in " ".join(said) for last in _LAST):
        return size - 1
    for word in reversed(said):
        position = _ORDINALS.get(word)
        if position is not None and position < size:
            return position
    return None
