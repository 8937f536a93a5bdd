"""What the assistant is worth over the whole national catalogue: questions by a writer who saw no sayings."""

from __future__ import annotations

import pytest
from rich.console import Console

from benchmarks.catalogue import whole_catalogue
from bot import evaluation
from bot.evaluation import Answer
from bot.language.text import fold
from bot.procedures import search
from bot.procedures.catalogue import Snapshot
from bot.settings import ROOT, Settings

QUESTIONS = ROOT / "tests" / "questions" / "catalogue.jsonl"
LEARNT = ROOT / "data" / "questions" / "catalogue.jsonl"
STYLES = 9


@pytest.fixture(scope="module")
def whole() -> Snapshot:
    procedures = whole_catalogue()
    return Snapshot(procedures, {}, search.build(procedures))


@pytest.fixture(scope="module")
def answers(whole: Snapshot) -> list[Answer]:
    path = evaluation.LivePath(None, whole, Settings.read({}))
    return evaluation.ask_all(evaluation.read_questions(QUESTIONS), path, Console())


def figure(answers: list[Answer], name: str) -> float:
    value = evaluation.figures(answers)[name]
    assert value is not None
    return float(value)


def test_there_are_enough_procedures_and_questions(whole: Snapshot) -> None:
    questions = evaluation.read_questions(QUESTIONS)
    assert len(whole.procedures) >= 4500
    assert len(questions) >= 400
    assert len({question.style for question in questions}) == STYLES


def test_no_test_question_was_learnt_from(whole: Snapshot) -> None:
    learnt = {fold(saying.text) for procedure in whole.procedures.values() for saying in procedure.sayings}
    learnt |= {fold(question.question) for question in evaluation.read_questions(LEARNT)}
    asked = [question.question for question in evaluation.read_questions(QUESTIONS)]
    # Two bare key words can be the same by chance; more would be a leak.
    assert sum(fold(text) in learnt for text in asked) <= 5


def test_the_right_one_comes_first_among_all(answers: list[Answer]) -> None:
    assert figure(answers, "hit@1") >= 0.80
    assert figure(answers, "hit@3") >= 0.90


def test_questions_are_answered_right_or_clarified(answers: list[Answer]) -> None:
    assert figure(answers, "right_or_clarified") >= 0.93


def test_hardly_any_answer_is_wrong(answers: list[Answer]) -> None:
    assert figure(answers, "wrong_confident") <= 0.05


def test_unmarked_questions_fare_like_the_others(answers: list[Answer]) -> None:
    unmarked = [answer for answer in answers if answer.question.style == "unmarked"]
    marked = [answer for answer in answers if answer.question.style != "unmarked"]
    assert figure(unmarked, "hit@1") >= figure(marked, "hit@1") - 0.05
