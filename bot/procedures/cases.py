"""Cases (trường hợp): which rows hold for this citizen, and what to ask to find out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.procedures import case_wordings
from bot.procedures.model import CaseAnswer, CaseQuestion, Procedure, When

#: The parts of a procedure whose rows can belong to a case.
CASE_PARTS = ("documents", "confirmations", "agencies", "deadlines", "fees", "steps", "results", "conditions")


def may_hold(when: When, case: Mapping[str, str]) -> bool:
    """Whether a row can still hold, given the answers so far (question → answer)."""
    return all(question not in case or case[question] in answers for question, answers in when.items())


def select(procedure: Procedure, case: Mapping[str, str]) -> Procedure:
    """The procedure with only the rows that hold in a case; their ``when`` keeps what is still open."""
    parts: dict[str, Any] = {part: tuple(_open(getattr(procedure, part), case)) for part in CASE_PARTS}
    return replace(procedure, **parts)


def _open(rows: Iterable[Any], case: Mapping[str, str]) -> Iterator[Any]:
    for row in rows:
        if may_hold(row.when, case):
            yield replace(row, when={key: answers for key, answers in row.when.items() if key not in case})


def next_question(
    procedure: Procedure,
    case: Mapping[str, str],
    skipped: Collection[str] = (),
    parts: Collection[str] = CASE_PARTS,
) -> CaseQuestion | None:
    """The question to ask next, or None when no open question changes the answer for this citizen.

    It leads to the fewest questions in the mean; of several the one that settles the most rows.

    Args:
        procedure: The procedure asked about.
        case: The answers so far (question → answer).
        skipped: The questions that the citizen can't or won't answer; their rows stay open.
        parts: The parts of the procedure that the answer tells, where it does not tell all.
    """
    key = _interview(_shape(procedure, parts)).best(frozenset(case.items()), frozenset(skipped))
    return next((question for question in procedure.case_questions if question.key == key), None)


def paths(procedure: Procedure) -> Iterator[dict[str, str]]:
    """Every way through the case questions as they are asked: all the answers at its end."""
    open_cases: list[dict[str, str]] = [{}]
    while open_cases:
        case = open_cases.pop()
        question = next_question(procedure, case)
        if question is None:
            yield case
        else:
            open_cases += [{**case, question.key: answer.key} for answer in answers_of(procedure, question.key)]


def answers_of(procedure: Procedure, question: str) -> list[CaseAnswer]:
    """The possible answers of a case question, in order."""
    return [answer for answer in procedure.case_answers if answer.question == question]


def understand(procedure: Procedure, question: str, text: str) -> CaseAnswer | None:
    """The answer that a free text gives to a case question, or None where that is not clear."""
    asked = next((row for row in procedure.case_questions if row.key == question), None)
    if asked is None:
        return None
    return case_wordings.wordings(asked.question, tuple(answers_of(procedure, question))).answer(text)


def is_skip(text: str) -> bool:
    """Whether a text says that the citizen can't or won't answer a case question ("không biết", "bỏ qua")."""
    return case_wordings.is_skip(text)


def said(procedure: Procedure, text: str) -> dict[str, str]:
    """What a first message already says of the citizen's case (question → answer); nothing that is not beyond doubt."""
    names = (procedure.name, procedure.short_name, *procedure.everyday_names)
    found: dict[str, str] = {}
    for question in procedure.case_questions:
        known = case_wordings.wordings(question.question, tuple(answers_of(procedure, question.key)))
        answer = known.told(text, names)
        if answer is not None:
            found[question.key] = answer.key
    gates = {question.key: question.when for question in procedure.case_questions}
    return {key: answer for key, answer in found.items() if may_hold(gates[key], found)}


def case_name(procedure: Procedure, when: When) -> str:
    """A case in words, to complete 'Trường hợp …'."""
    names = {(answer.question, answer.key): answer.case_name for answer in procedure.case_answers}
    return "; ".join(" hoặc ".join(names[question, answer] for answer in answers) for question, answers in when.items())


def by_case(procedure: Procedure, rows: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Rows grouped by case in words: first those of every case (empty name), then in order of appearance."""
    groups: dict[str, list[Any]] = {"": []}
    for row in rows:
        groups.setdefault(case_name(procedure, row.when), []).append(row)
    return ((name, group) for name, group in groups.items() if group)


#: A procedure's case questions with their gates and answers, and what its rows depend on: all that the order of
#: questions follows from, as a value that can be kept.
_Shape = tuple[tuple[tuple[str, "_Terms", tuple[str, ...]], ...], tuple["_Terms", ...]]
_Terms = tuple[tuple[str, tuple[str, ...]], ...]
_Answers = frozenset[tuple[str, str]]


def _shape(procedure: Procedure, parts: Collection[str]) -> _Shape:
    answers: dict[str, dict[str, None]] = {}
    for answer in procedure.case_answers:
        answers.setdefault(answer.question, {})[answer.key] = None
    questions = tuple(
        (question.key, tuple(question.when.items()), tuple(answers[question.key]))
        for question in procedure.case_questions
    )
    rows = (row for part in parts for row in getattr(procedure, part))
    whens = (
        tuple(term for term in row.when.items() if not answers.get(term[0], {}).keys() <= set(term[1])) for row in rows
    )
    return questions, tuple(when for when in whens if when)


@lru_cache(maxsize=512)
def _interview(shape: _Shape) -> _Interview:
    return _Interview(shape)


class _Interview:
    """The order of a procedure's case questions: as few as can be, whatever a citizen answers.

    What is still to ask depends only on what the rows still depend on, so states are told apart by
    their open rows and looked at once.
    """

    def __init__(self, shape: _Shape) -> None:
        self._questions, self._whens = shape
        self._expected: dict[tuple[frozenset[_Terms], _Answers, frozenset[str]], float] = {}
        self._best: dict[tuple[_Answers, frozenset[str]], str | None] = {}

    def best(self, case: _Answers, skipped: frozenset[str]) -> str | None:
        """The key of the question to ask next."""
        if (case, skipped) not in self._best:
            self._best[case, skipped] = self._choose(case, skipped)
        return self._best[case, skipped]

    def _choose(self, case: _Answers, skipped: frozenset[str]) -> str | None:
        options = self._useful(case, skipped)
        cost = {key: self._cost(key, answers, case, skipped) for key, answers in options.items()}
        settled = {key: self._settled(key, answers, case) for key, answers in options.items()}
        return min(options, key=lambda key: (round(cost[key], 9), -settled[key]), default=None)

    def _useful(self, case: _Answers, skipped: frozenset[str]) -> dict[str, tuple[str, ...]]:
        """The questions that may be asked now and decide about a row."""
        answered = dict(case)
        depends = {question for terms in self._open(case) for question, _ in terms}
        return {
            key: answers
            for key, gate, answers in self._questions
            if key in depends - answered.keys() - skipped
            and all(answered.get(question) in fitting for question, fitting in gate)
        }

    def _cost(self, key: str, answers: tuple[str, ...], case: _Answers, skipped: frozenset[str]) -> float:
        """How many questions are asked in the mean if this one comes first."""
        return 1 + sum(self._remaining(case | {(key, answer)}, skipped) for answer in answers) / len(answers)

    def _remaining(self, case: _Answers, skipped: frozenset[str]) -> float:
        gates = {question for _, gate, _ in self._questions for question, _ in gate}
        state = (frozenset(self._open(case)), frozenset(one for one in case if one[0] in gates), skipped)
        if state not in self._expected:
            options = self._useful(case, skipped).items()
            costs = (self._cost(key, answers, case, skipped) for key, answers in options)
            self._expected[state] = min(costs, default=0.0)
        return self._expected[state]

    def _settled(self, key: str, answers: tuple[str, ...], case: _Answers) -> float:
        """How many rows an answer leaves with nothing more to ask, in the mean: excluded or surely held."""
        open_now = len(self._open(case))
        return sum(open_now - len(self._open(case | {(key, answer)})) for answer in answers) / len(answers)

    def _open(self, case: _Answers) -> list[_Terms]:
        """What the rows that are neither excluded nor sure still depend on."""
        answered = dict(case)
        rest = (
            tuple(term for term in terms if term[0] not in answered)
            for terms in self._whens
            if all(answered.get(question, fitting[0]) in fitting for question, fitting in terms)
        )
        return [terms for terms in rest if terms]
