"""The values of a turn: message, conversation, reply. Plain data, known to Rasa's side and ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    is the probability that it is about nothing of ours, whatever the intent.
    """

    text: str
    intent: str
    confidence: float = 1.0
    aspects: tuple[str, ...] = ()
    topic: str | None = None
    entities: Mapping[str, str] = field(default_factory=dict)
    out_of_scope: float = 0.0

    @property
    def names_no_aspect(self) -> bool:
        """Whether the message asks for nothing in particular."""
        return not self.aspects or self.aspects == ("overview",)


@dataclass(frozen=True)
class Conversation:
    """What is kept from turn to turn.

    ``choices`` are the procedures of the clarifying question that is open; ``runners_up`` those that
    an answer was preferred to; ``case`` the answers to case questions of ``procedure``; ``place`` the code of
    the citizen's commune; ``place_choices`` those of the communes between which a question about it is open.
    """

    procedure: str | None = None
    aspects: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    runners_up: tuple[str, ...] = ()
    case_question: str | None = None
    case: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    place_choices: tuple[str, ...] = ()


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
