"""Between Rasa's tracker and dispatcher and our own values: what every action shares."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.buttons import is_button
from bot.dialogue.respond import Responder, unavailable
from bot.dialogue.trace import trace
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures.catalogue import Catalogue
from bot.procedures.model import ASPECTS
from bot.procedures.store import Store, connect
from bot.settings import Settings
from bot.stores.slips import Slips

logger = logging.getLogger(__name__)

#: Where staff try flows: each reply tells how it came about.
TRACED_CHANNELS = ("staff",)
#: Seconds after which a turn is answered with an apology.
TIME_LIMIT = 8.0


@cache
def catalogue() -> Catalogue:
    """The catalogue of this process."""
    return Catalogue(Store(connect(Settings.read().database_url)))


@cache
def slips() -> Slips:
    """Where this process keeps slips."""
    return Slips(connect(Settings.read().conversation_database_url))


class TurnAction(Action, ABC):
    """One reply to the latest message; each capability is a subclass with a name."""

    @abstractmethod
    def name(self) -> str:
        """The action's name in the domain."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Reply to the latest message and keep what the next turn needs."""
        conversation = read_conversation(tracker.slots)
        message = read_message(tracker.latest_message or {})
        traced = tracker.get_latest_input_channel() in TRACED_CHANNELS
        try:
            reply = await asyncio.wait_for(asyncio.to_thread(self._reply, message, conversation, traced), TIME_LIMIT)
        except Exception:
            # The citizen gets an apology and keeps the conversation; staff get the trace, without the text.
            logger.exception("turn.failed intent=%s", message.intent)
            reply = unavailable(conversation, Settings.read())
        buttons = [{"title": button.title, "payload": button.payload} for button in reply.buttons]
        dispatcher.utter_message(text=reply.text, buttons=buttons or None, json_message=reply.custom)
        return slots(reply)

    def _reply(self, message: Message, conversation: Conversation, traced: bool) -> Reply:
        snapshot = catalogue().snapshot()
        reply = Responder(snapshot, Settings.read(), slips().create).respond(message, conversation)
        if traced:
            reply = replace(reply, extra={**reply.extra, "trace": trace(snapshot, message, reply)})
        return reply


def read_message(latest: Mapping[str, Any]) -> Message:
    """The message as Rasa's NLU, or a button, has it; a button says nothing in words."""
    intent = latest.get("intent") or {}
    entities: dict[str, str] = {}
    aspects = []
    for entity in latest.get("entities") or []:
        if entity.get("entity") == "aspect":
            aspects.append(str(entity.get("value")))
        else:
            entities[str(entity.get("entity"))] = str(entity.get("value"))
    text = str(latest.get("text") or "")
    return Message(
        text="" if is_button(text) else text,
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        aspects=tuple(aspect for aspect in ASPECTS if aspect in aspects),
        topic=entities.get("topic"),
        entities=entities,
        out_of_scope=_probability(latest, "out_of_scope"),
        life_event=_probability(latest, "life_event"),
    )


def _probability(latest: Mapping[str, Any], intent: str) -> float:
    ranking = latest.get("intent_ranking") or []
    return sum(float(ranked["confidence"]) for ranked in ranking if ranked["name"] == intent)


def read_conversation(slots: Mapping[str, Any]) -> Conversation:
    """The conversation as the tracker's slots have it: one slot for each of its parts."""
    given = {field.name: slots[field.name] for field in fields(Conversation) if slots.get(field.name) is not None}
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Conversation(**kept)


def slots(reply: Reply) -> list[EventType]:
    """What to keep, as slot events."""
    kept = {field.name: getattr(reply.conversation, field.name) for field in fields(Conversation)}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}
    return [SlotSet(name, value) for name, value in {**plain, "outcome": reply.outcome}.items()]
