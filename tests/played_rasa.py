"""A small stand-in for Rasa behind a channel: answers by a rule and keeps conversations in a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from bot.stores.conversations import ConversationStore

BUTTON = {"title": "Khai sinh", "payload": '/choose{"procedure": "1.001193"}'}


def echo(text: str) -> str:
    return f"Dạ, anh/chị nói: {text}"


@dataclass
class PlayedRasa:
    """Replies to each message after ``delay`` seconds; ``asked`` holds the texts that reached it."""

    url: str
    reply: Callable[[str], str] = echo
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = ConversationStore(Domain.empty(), self.url)

    def behind(self, app: Sanic) -> None:
        """Stand where channels look for Rasa."""
        app.ctx.agent = SimpleNamespace(tracker_store=self.store)

    async def __call__(self, message: UserMessage) -> None:
        self.asked.append(message.text)
        await asyncio.sleep(self.delay)
        text = self.reply(message.text)
        custom: dict[str, Any] = {"outcome": "answered", "aspects": ["fee"], "sources": []}
        custom["procedures"] = [{"code": "1.000656", "name": "Đăng ký khai tử"}]
        await message.output_channel.send_text_with_buttons(message.sender_id, text, [BUTTON])
        await message.output_channel.send_custom_json(message.sender_id, custom)
        tracker = await self.store.retrieve(message.sender_id) or DialogueStateTracker(message.sender_id, [])
        tracker.update(UserUttered(message.text, message_id=message.message_id))
        tracker.update(BotUttered(text, {"buttons": [BUTTON]}))
        tracker.update(BotUttered(None, {"custom": custom}))
        await self.store.save(tracker)
