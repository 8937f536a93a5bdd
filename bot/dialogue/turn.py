"""The values of a turn: message, conversation, reply. Plain data, known to Rasa's side and ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.dialogue.buttons import Button

#: Every turn ends in exactly one of these.
OUTCOMES = (
    "answered",
    "clarify",
    "case_question",
    "portal_guide",
    "place",
    "dossier_status",
    "chitchat",
    "handoff",
    "crisis",
    "not_found",
    "out_of_scope",
    "unavailable",
)


@dataclass(frozen=True)
class Message:
    """What a citizen said, as understood: by Rasa's NLU, or exactly, from a button.

    ``entities`` holds what a button says: ``procedure``, ``case_answer``, ``topic``; ``out_of_scope``
    is the probability that it is about nothing of ours, ``life_event`` that it tells what happened and asks what to
    do, whatever the intent; ``placeless`` the text without a place in it, whose words are no procedure's.
    """

    text: str
    intent: str
    confidence: float = 1.0
    aspects: tuple[str, ...] = ()
    topic: str | None = None
    entities: Mapping[str, str] = field(default_factory=dict)
    out_of_scope: float = 0.0
    life_event: float = 0.0
    placeless: str | None = None

    @property
    def sought(self) -> str:
        """The words by which a procedure is sought."""
        return self.text if self.placeless is None else self.placeless

    @property
    def names_no_aspect(self) -> bool:
        """Whether the message asks for nothing in particular."""
        return not self.aspects or self.aspects == ("overview",)

    @property
    def names_an_aspect(self) -> bool:
        """Whether the message asks for something in particular."""
        return not self.names_no_aspect


@dataclass(frozen=True)
class Conversation:
    """What is kept from turn to turn.

    Attributes:
        procedure: The procedure under discussion.
        life_event: The life event under discussion, if no single procedure is.
        aspects: What was asked last.
        told: What is told of the procedure: its aspects (``answer``), the visits it takes (``plan``) or the papers
            that the citizen lacks (``missing``).
        choices: The procedures of the clarifying question that is open.
        runners_up: Those that an answer was preferred to.
        case_question: The case question that is open.
        is_interview: Whether case questions are asked one after the other until the case is clear.
        case: The answers so far, of the procedure or the life event.
        skipped: The case questions that the citizen could not answer.
        held: The papers of the procedure that the citizen has, by key.
        place: The commune that the citizen spoke of, by code.
        place_choices: The communes of the question about the place that is open, by code.
    """

    procedure: str | None = None
    life_event: str | None = None
    aspects: tuple[str, ...] = ()
    told: str = "answer"
    choices: tuple[str, ...] = ()
    runners_up: tuple[str, ...] = ()
    case_question: str | None = None
    is_interview: bool = False
    case: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    place: str | None = None
    place_choices: tuple[str, ...] = ()

    def about(self, code: str) -> Conversation:
        """The conversation as it goes on about a procedure: what belongs to another one is let go."""
        if code == self.procedure:
            return replace(self, life_event=None, choices=(), case_question=None)
        return replace(
            self,
            procedure=code,
            life_event=None,
            choices=(),
            case_question=None,
            is_interview=False,
            case={},
            skipped=(),
            held=(),
        )


@dataclass(frozen=True)
class Reply:
    """What Motcua answers, and what it keeps in mind."""

    text: str
    outcome: str
    conversation: Conversation
    buttons: tuple[Button, ...] = ()
    aspects: tuple[str, ...] = ()
    procedures: tuple[Mapping[str, str], ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def custom(self) -> dict[str, Any]:
        """The object that goes beside the text to every JSON-capable channel."""
        return {
            "outcome": self.outcome,
            "aspects": list(self.aspects),
            "procedures": [dict(procedure) for procedure in self.procedures],
            "sources": [dict(source) for source in self.sources],
            **self.extra,
        }
