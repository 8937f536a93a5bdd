"""A turn that failed, hung or said nothing ends in an apology: Rasa alone would answer with silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from rasa.core.channels.channel import UserMessage

from bot.dialogue.respond import unavailable
from bot.dialogue.turn import Conversation
from bot.settings import Settings

logger = logging.getLogger(__name__)

#: Seconds that a whole turn may take; an action gives up before.
TIME_LIMIT = 20.0

Handler = Callable[[UserMessage], Awaitable[None]]


def never_silent(handle: Handler) -> Handler:
    """The handler of a channel that collects its messages, with an apology where there would be none."""

    async def handle_or_apologise(message: UserMessage) -> None:
        try:
            await asyncio.wait_for(handle(message), TIME_LIMIT)
        except Exception:
            # Without the text: a log is no place for what citizens write.
            logger.exception("channel.turn_failed channel=%s", message.input_channel)
        collected = getattr(message.output_channel, "messages", None)
        if collected == []:
            reply = unavailable(Conversation(), Settings.read())
            await message.output_channel.send_text_message(message.sender_id, reply.text)
            await message.output_channel.send_custom_json(message.sender_id, reply.custom)

    return handle_or_apologise
