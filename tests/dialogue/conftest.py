from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.dialogue.respond import Responder
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures.catalogue import Snapshot
from bot.settings import Settings

Say = Callable[..., Reply]


class Chat:
    """A conversation with the dialogue itself, messages understood as given."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self.conversation = Conversation()

    def say(self, text: str, intent: str = "ask", *aspects: str, **entities: str) -> Reply:
        message = Message(
            text,
            intent,
            1.0,
            aspects or ("overview",),
            entities.get("topic"),
            entities,
            float(intent == "out_of_scope"),
        )
        reply = self._responder.respond(message, self.conversation)
        self.conversation = reply.conversation
        return reply

    def press(self, reply: Reply, title: str) -> Reply:
        """Press a button of a reply."""
        button = next(button for button in reply.buttons if button.title == title)
        intent, _, entities = button.payload.removeprefix("/").partition("{")
        given = json.loads("{" + entities) if entities else {}
        aspects = [given.pop("aspect")] if "aspect" in given else []
        return self.say("", intent, *aspects, **given)


@pytest.fixture
def kept_slips() -> list[Mapping[str, Any]]:
    return []


@pytest.fixture
def responder(snapshot: Snapshot, settings: Settings, kept_slips: list[Mapping[str, Any]]) -> Responder:
    def keep(content: Mapping[str, Any]) -> str:
        kept_slips.append(content)
        return f"slip-{len(kept_slips)}"

    return Responder(snapshot, settings, keep)


@pytest.fixture
def chat(responder: Responder) -> Chat:
    return Chat(responder)
