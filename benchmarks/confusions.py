"""Which procedures are taken for each other most, and at what cost: the catalogue's own ways of asking, held back.

Each way of asking is put to an index that does not hold it. A wrong answer costs ten times an extra question
(``bot.dialogue.decision``); what an error costs is booked on the pair of procedures that it confuses.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.dialogue import decision
from bot.language.normalise import comparable
from bot.procedures.calibration import FOLDS
from bot.procedures.model import Procedure
from bot.procedures.search import Entry, Index, Ranking, Weights

#: So many held-back questions of each fold are asked.
ASKED = 3000
SHOWN = 20


@dataclass
class Confusion:
    """One procedure taken for another: the cost, and how many of the questions have no word that tells them apart."""

    right: str
    taken: str
    cost: float = 0.0
    questions: int = 0
    untold: int = 0


def confusions(procedures: Mapping[str, Procedure]) -> tuple[list[Confusion], int]:
    """The confusions, costliest first, and the number of questions asked."""
    entries = {code: Entry.of(procedure) for code, procedure in procedures.items()}
    found: dict[tuple[str, str], Confusion] = {}
    asked = 0
    for question, code, ranking in _asked(list(entries.values())):
        asked += 1
        cost, taken = _cost(ranking, code)
        if cost:
            confusion = found.setdefault((code, taken), Confusion(code, taken))
            confusion.cost += cost
            confusion.questions += 1
            telling = words_apart(procedures[code], procedures[taken])
            confusion.untold += not set(comparable(question).split()) & {word for side in telling for word in side}
    return sorted(found.values(), key=lambda each: (-each.cost, each.right)), asked


def words_apart(one: Procedure, other: Procedure) -> tuple[list[str], list[str]]:
    """The words of two titles that stand in one of them only, unmarked, in their order."""
    first, second = comparable(one.name).split(), comparable(other.name).split()
    return [word for word in first if word not in second], [word for word in second if word not in first]


def _asked(entries: Sequence[Entry]) -> Iterator[tuple[str, str, Ranking]]:
    weights = Weights.read(len(entries))
    for fold in range(FOLDS):
        held = {entry.code: [text for n, text in enumerate(entry.phrases) if n % FOLDS == fold] for entry in entries}
        index = Index([entry.without(held[entry.code]) for entry in entries], weights)
        questions = [(text, code) for code, texts in held.items() for text in texts]
        for text, code in random.Random(fold).sample(questions, min(ASKED, len(questions))):
            yield text, code, index.rank(text)


def _cost(ranking: Ranking, right: str) -> tuple[float, str]:
    """What a reply costs more than a right answer or a question with the right choice, and what it was taken for."""
    chosen = decision.decide(ranking)
    taken = next((candidate.code for candidate in ranking.candidates if candidate.code != right), "")
    if chosen.outcome == "answered" and chosen.codes != (right,):
        return decision.WRONG_ANSWER, taken
    missed = chosen.outcome != "answered" and right not in chosen.codes
    return (decision.MISSED if missed else 0.0), taken


def table(procedures: Mapping[str, Procedure]) -> str:
    """The costliest confusions, as Markdown."""
    found, asked = confusions(procedures)
    by_pair: dict[frozenset[str], list[Confusion]] = defaultdict(list)
    for each in found:
        by_pair[frozenset((each.right, each.taken))].append(each)
    pairs = sorted(by_pair.values(), key=lambda both: -sum(each.cost for each in both))[:SHOWN]
    lines = [
        f"{asked} ways of asking, each held back from the index that it was put to; cost in extra questions.",
        "",
        "| cost | questions | without a word of either title that tells them apart | one procedure | the other |",
        "|---|---|---|---|---|",
    ]
    for both in pairs:
        one, other = procedures[both[0].right], procedures[both[0].taken]
        cost, number, untold = (sum(getattr(e, name) for e in both) for name in ("cost", "questions", "untold"))
        lines.append(f"| {cost:.0f} | {number} | {untold} | {_named(one, other)} | {_named(other, one)} |")
    return "\n".join(lines)


def _named(one: Procedure, other: Procedure) -> str:
    """A title with the words that the other one lacks in bold."""
    lacking = set(words_apart(one, other)[0])
    words = [f"**{word}**" if set(comparable(word).split()) & lacking else word for word in one.name.split()]
    return f"{one.code} {' '.join(words)}".replace("** **", " ").replace("|", "/")
