"""Conversations over HTTP: what the portal's page and the staff's page can do with one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import Event
from sqlalchemy.engine import Engine

from bot.channels.guard import admit
from bot.channels.replies import answered, turn, turns
from bot.channels.turns import Answer, OnNewMessage, take_turn
from bot.dialogue.respond import unavailable
from bot.dialogue.turn import Conversation
from bot.language.privacy import mask
from bot.settings import Settings
from bot.stores.conversations import forget
from bot.stores.feedback import FeedbackStore

logger = logging.getLogger(__name__)

Turn = dict[str, Any]


class Conversations:
    """One channel's conversations, kept by Rasa; a message is answered once however often it arrives.

    Args:
        channel: The channel's name, for Rasa and the metrics.
        on_new_message: Rasa's handler.
        tracker_store: Gives Rasa's tracker store once Rasa has started.
        engine: The conversation database.
        settings: The settings of the deployment.
    """

    def __init__(
        self,
        channel: str,
        on_new_message: OnNewMessage,
        tracker_store: Callable[[], TrackerStore],
        engine: Engine,
        settings: Settings,
    ) -> None:
        self._channel = channel
        self._on_new_message = on_new_message
        self._tracker_store = tracker_store
        self._engine = engine
        self._settings = settings
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def feedback(self) -> FeedbackStore:
        """Ratings and questions left for people."""
        return FeedbackStore(self._engine)

    def take_turn(self, conversation: str, message_id: str, text: str) -> asyncio.Task[Turn]:
        """Start answering a message; the turn is finished and kept even if nobody waits for it any more."""
        task = asyncio.ensure_future(self._take_turn(conversation, message_id, text))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def history(self, conversation: str) -> list[Turn]:
        """The turns so far, oldest first."""
        return turns(await self._events(conversation), self._unavailable())

    async def delete(self, conversation: str) -> None:
        """Forget a conversation for good; ratings stay as mere figures."""
        async with self._lock(conversation):
            await asyncio.to_thread(forget, self._engine, conversation)
            await asyncio.to_thread(self.feedback.forget_conversation, conversation)

    async def rate(self, conversation: str, message_id: str, stars: int, comment: str, office: str | None) -> bool:
        """Keep the stars for a turn; False if the conversation has no such turn."""
        rated = [one for one in await self.history(conversation) if one["id"] == message_id]
        if not rated:
            return False
        code, outcome = _about(rated[0])
        await asyncio.to_thread(self.feedback.rate, conversation, message_id, stars, comment, code, outcome, office)
        return True

    async def leave_question(self, conversation: str, question: str, office: str | None) -> str:
        """Keep a question for a person, with the procedure talked about last; returns its code."""
        about = [code for code in (_about(one)[0] for one in await self.history(conversation)) if code]
        return await asyncio.to_thread(self.feedback.leave_question, question, about[-1] if about else None, office)

    async def _take_turn(self, conversation: str, message_id: str, text: str) -> Turn:
        async with self._lock(conversation):
            known = await self._known_turn(conversation, message_id)
            if known is not None:
                return known
            asked_at = time.time()
            answer = await take_turn(self._on_new_message, text, conversation, self._channel, message_id)
            # The kept turn knows the title of a button; an apology is not kept.
            return await self._known_turn(conversation, message_id) or turn(
                message_id, asked_at, mask(admit(text)), answer
            )

    async def _known_turn(self, conversation: str, message_id: str) -> Turn | None:
        events = await self._events(conversation)
        if not answered(events, message_id):
            return None
        return next(one for one in reversed(turns(events, self._unavailable())) if one["id"] == message_id)

    async def _events(self, conversation: str) -> list[Event]:
        tracker = await self._tracker_store().retrieve_full_tracker(conversation)
        return list(tracker.events) if tracker else []

    def _lock(self, conversation: str) -> asyncio.Lock:
        return self._locks.setdefault(conversation, asyncio.Lock())

    def _unavailable(self) -> Answer:
        apology = unavailable(Conversation(), self._settings)
        return Answer(apology.text, (), apology.custom)


def _about(turn: Turn) -> tuple[str | None, str]:
    procedures = turn["reply"].get("procedures") or []
    return (procedures[0]["code"] if len(procedures) == 1 else None), turn["reply"]["outcome"]
