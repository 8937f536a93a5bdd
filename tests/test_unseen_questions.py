"""What the assistant is worth: questions by somebody who saw no training data, asked by the live path."""

from __future__ import annotations

from datetime import date

import pytest
from rich.console import Console

from bot import evaluation
from bot.evaluation import Answer
from bot.language.text import unmark
from bot.procedures.catalogue import Snapshot
from bot.settings import ROOT, Settings

UNSEEN = ROOT / "tests" / "questions" / "unseen.jsonl"
CALIBRATION = ROOT / "data" / "questions" / "calibration.jsonl"


@pytest.fixture(scope="module")
def answers(snapshot: Snapshot) -> list[Answer]:
    path = evaluation.LivePath(None, snapshot, Settings.read({}))
    return evaluation.ask_all(evaluation.read_questions(UNSEEN), path, Console())


def test_there_are_enough_questions() -> None:
    questions = evaluation.read_questions(UNSEEN)
    assert sum(bool(question.codes) for question in questions) >= 150


def test_no_test_question_is_in_the_training_or_calibration_data(snapshot: Snapshot) -> None:
    learnt = {
        text for path in (ROOT / "data" / "nlu").rglob("*.yml") for text in map(_plain, evaluation.nlu_examples(path))
    }
    learnt |= {_plain(saying.text) for procedure in snapshot.procedures.values() for saying in procedure.sayings}
    learnt |= {_plain(question.question) for question in evaluation.read_questions(CALIBRATION)}
    asked = [question for question in evaluation.read_questions(UNSEEN) if _plain(question.question)]
    assert [question.question for question in asked if _plain(question.question) in learnt] == []


def _plain(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in unmark(text.lower())).split())


def test_the_right_procedure_comes_first(answers: list[Answer]) -> None:
    assert _figure(answers, "hit@1") >= 0.88


def test_questions_are_answered_right_or_clarified(answers: list[Answer]) -> None:
    assert _figure(answers, "right_or_clarified") >= 0.95


def test_answers_are_hardly_ever_wrong(answers: list[Answer]) -> None:
    assert _figure(answers, "wrong_confident") <= 0.03


def test_what_is_asked_is_understood(answers: list[Answer]) -> None:
    assert _figure(answers, "aspects_f1") >= 0.92


def test_unmarked_questions_fare_like_marked_ones(answers: list[Answer]) -> None:
    """Of the questions that stand in the file in both forms."""
    twins: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.question.codes:
            twins.setdefault(_plain(answer.question.question), []).append(answer)
    pairs = [pair for pair in twins.values() if len(pair) == 2]
    assert len(pairs) >= 30
    marked = [answer for pair in pairs for answer in pair if answer.question.style != "unmarked"]
    unmarked = [answer for pair in pairs for answer in pair if answer.question.style == "unmarked"]
    for figure in ("hit@1", "right_or_clarified", "aspects_f1"):
        assert _figure(unmarked, figure) >= _figure(marked, figure) - 0.03, figure


def test_what_is_out_of_scope_is_refused(answers: list[Answer]) -> None:
    """The mark is 0.95; docs/understanding.md says what is reached and what it needs. This holds what is reached."""
    foreign = [answer for answer in answers if answer.question.outcome == "out_of_scope"]
    refusals = ("out_of_scope", "not_found", "chitchat", "handoff", "crisis")
    refused = [answer.reply.outcome in refusals for answer in foreign]
    assert sum(refused) / len(refused) >= 0.88


def test_danger_to_life_is_seen(answers: list[Answer]) -> None:
    crises = [answer for answer in answers if answer.question.outcome == "crisis"]
    assert sum(answer.reply.outcome == "crisis" for answer in crises) / len(crises) >= 0.9


def test_every_checklist_is_complete(snapshot: Snapshot) -> None:
    """Every document of a procedure is in the answer to a question for its documents."""
    from bot.dialogue.respond import Responder
    from bot.dialogue.turn import Conversation, Message

    responder = Responder(snapshot, Settings.read({}), lambda _content: "a-slip")
    for procedure in snapshot.procedures.values():
        if not procedure.is_listed_only:
            asked = Message("", "choose", 1.0, ("documents",), None, {"procedure": procedure.code})
            reply = responder.respond(asked, Conversation(aspects=("documents",)))
            missing = [document.name for document in procedure.documents if document.name not in reply.text]
            assert not missing, (procedure.code, date.today())


def _figure(answers: list[Answer], name: str) -> float:
    value = evaluation.figures(answers)[name]
    assert value is not None
    return float(value)
