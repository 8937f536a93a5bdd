"""The case questions, asked one after the other: what comes next, and what a message answers to the open one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.dialogue import decision
from bot.dialogue.turn import Conversation, Message
from bot.procedures import case_wordings, cases, life_events
from bot.procedures.life_events import LifeEvent
from bot.procedures.model import CaseAnswer, Procedure

#: What tells of each aspect can depend on the citizen's case.
_PARTS = {
    "documents": ("documents", "confirmations"),
    "confirming_agencies": ("confirmations",),
    "agency": ("agencies",),
    "deadline": ("deadlines",),
    "fee": ("fees",),
    "steps": ("steps",),
    "result": ("results",),
    "conditions": ("conditions",),
}
#: What a plan of visits follows from.
_PLANNED = ("documents", "confirmations", "agencies")


@dataclass(frozen=True)
class OpenQuestion:
    """A case question with its answers, ready to be asked."""

    key: str
    text: str
    answers: tuple[CaseAnswer, ...]


class Subject(Protocol):
    """What case questions are about."""

    def question(self, key: str) -> OpenQuestion | None:
        """A question by its key, or None if the data no longer has it."""
        ...

    def next_question(self, case: Mapping[str, str], skipped: Collection[str]) -> OpenQuestion | None:
        """The question to ask next, or None when none changes anything any more."""
        ...

    def said(self, text: str) -> dict[str, str]:
        """What a text says of the case without having been asked."""
        ...


class ProcedureCase:
    """The case questions of a procedure, as far as they change what is asked.

    Args:
        procedure: The procedure.
        aspects: What is asked.
        told: What is told of it (``Conversation.told``).
    """

    def __init__(self, procedure: Procedure, aspects: Sequence[str], told: str) -> None:
        self._procedure = procedure
        parts = [part for aspect in aspects for part in _PARTS.get(aspect, ())]
        self._parts = tuple(dict.fromkeys(_PLANNED if told == "plan" else parts))

    def question(self, key: str) -> OpenQuestion | None:
        """A question by its key, or None if the data no longer has it."""
        text = next((row.question for row in self._procedure.case_questions if row.key == key), None)
        return OpenQuestion(key, text, tuple(cases.answers_of(self._procedure, key))) if text else None

    def next_question(self, case: Mapping[str, str], skipped: Collection[str]) -> OpenQuestion | None:
        """The question to ask next, or None when none changes anything any more."""
        found = cases.next_question(self._procedure, case, skipped, self._parts)
        return self.question(found.key) if found else None

    def said(self, text: str) -> dict[str, str]:
        """What a text says of the case without having been asked."""
        return cases.said(self._procedure, text)


class LifeEventCase:
    """The questions that decide which procedures a life event takes.

    Args:
        event: The life event.
        codes: The procedures that can be told about.
    """

    def __init__(self, event: LifeEvent, codes: Collection[str]) -> None:
        self._event, self._codes = event, codes

    def question(self, key: str) -> OpenQuestion | None:
        """A question by its key, or None if the data no longer has it."""
        found = next((row for row in self._event.questions if row.key == key), None)
        if found is None:
            return None
        answers = (CaseAnswer(key, answer.key, answer.label, answer.label, answer.also) for answer in found.answers)
        return OpenQuestion(key, found.question, tuple(answers))

    def next_question(self, case: Mapping[str, str], skipped: Collection[str]) -> OpenQuestion | None:
        """The question to ask next, or None when none changes anything any more."""
        found = life_events.next_question(self._event, case, self._codes, skipped)
        return self.question(found.key) if found else None

    def said(self, text: str) -> dict[str, str]:
        """What a text says of the case without having been asked."""
        questions = [question for row in self._event.questions if (question := self.question(row.key))]
        told = {
            one.key: case_wordings.wordings(one.text, one.answers).told(text, self._event.names) for one in questions
        }
        return {key: answer.key for key, answer in told.items() if answer is not None}


def note(subject: Subject, message: Message, conversation: Conversation) -> Conversation | None:
    """The conversation with what a message says to the open case question, or None if it says nothing to it."""
    if conversation.case_question is None:
        return None
    if message.intent == "correct":
        corrected = correct(subject, message, conversation)
        if corrected is not None:
            return _go_on(corrected)
    question = subject.question(conversation.case_question)
    if question is None:
        return None
    if message.intent == "skip_case" or (message.text and cases.is_skip(message.text)):
        return _go_on(conversation, skipped=(*conversation.skipped, question.key))
    said = subject.said(message.text)
    told = {key: value for key, value in said.items() if conversation.case.get(key) != value}
    answer = _answer(question, message)
    # People often tell something else that would be asked later: "có đóng bảo hiểm" is no "có" to an open question.
    if told.keys() - {question.key} and question.key not in said:
        return _go_on(conversation, case={**conversation.case, **told}) if not message.names_an_aspect else None
    return (
        _go_on(conversation, case={**conversation.case, **told, question.key: answer}) if answer is not None else None
    )


def restate(subject: Subject, message: Message, conversation: Conversation) -> Conversation | None:
    """The conversation with what a message says otherwise of the case, or None if it says nothing new."""
    told = {key: value for key, value in subject.said(message.text).items() if conversation.case.get(key) != value}
    return replace(conversation, case={**conversation.case, **told}, case_question=None) if told else None


def correct(subject: Subject, message: Message, conversation: Conversation) -> Conversation | None:
    """The conversation with an answer that a message takes back, or None if it takes back none."""
    told = {key: value for key, value in subject.said(message.text).items() if conversation.case.get(key) != value}
    for key in reversed(list(conversation.case)):
        question = subject.question(key)
        if question is None:
            continue
        answer = case_wordings.wordings(question.text, question.answers).answer(message.text)
        if not told and answer is not None and answer.key != conversation.case[key]:
            told = {key: answer.key}
    return replace(conversation, case={**conversation.case, **told}, case_question=None) if told else None


def _go_on(
    conversation: Conversation, case: Mapping[str, str] | None = None, skipped: tuple[str, ...] | None = None
) -> Conversation:
    return replace(
        conversation,
        case_question=None,
        is_interview=True,
        case=conversation.case if case is None else case,
        skipped=conversation.skipped if skipped is None else skipped,
    )


def _answer(question: OpenQuestion, message: Message) -> str | None:
    """The answer that a message gives: by button, in words, or by its number."""
    pressed = message.entities.get("case_answer")
    if pressed is not None:
        return pressed if pressed in {answer.key for answer in question.answers} else None
    if not message.text:
        return None
    understood = case_wordings.wordings(question.text, question.answers).answer(message.text)
    if understood is not None:
        return understood.key
    position = decision.ordinal(message.text, len(question.answers)) if message.intent == "choose" else None
    return question.answers[position].key if position is not None else None
