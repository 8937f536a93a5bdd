"""Cases (trường hợp): which rows hold for this citizen, and what to ask to find out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.language.normalise import comparable
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


def next_question(procedure: Procedure, case: Mapping[str, str]) -> CaseQuestion | None:
    """The question to ask next: the one that the most rows still depend on, or None when all is clear."""
    open_rows = [row for part in CASE_PARTS for row in getattr(select(procedure, case), part)]
    depending = {
        question.key: sum(question.key in row.when for row in open_rows)
        for question in procedure.case_questions
        if question.key not in case and may_hold(question.when, case)
    }
    asked = [question for question in procedure.case_questions if depending.get(question.key)]
    return max(asked, key=lambda question: depending[question.key], default=None)


def answers_of(procedure: Procedure, question: str) -> list[CaseAnswer]:
    """The possible answers of a case question, in order."""
    return [answer for answer in procedure.case_answers if answer.question == question]


def understand(procedure: Procedure, question: str, text: str) -> CaseAnswer | None:
    """The answer that a free text gives: its label, its case or one of its other wordings."""
    said = comparable(text)
    answers = answers_of(procedure, question)
    exact = [answer for answer in answers if said in _wordings(answer)]
    if exact:
        return exact[0]
    contained = [a for a in answers if any(f" {wording} " in f" {said} " for wording in _wordings(a) if " " in wording)]
    return contained[0] if len(contained) == 1 else None


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


def _wordings(answer: CaseAnswer) -> set[str]:
    return {comparable(text) for text in (answer.label, answer.case_name, *answer.also)}
