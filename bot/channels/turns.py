"""One turn of a conversation: a message in, one whole answer out, whatever the channel."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels.guard import admit
from bot.channels.never_silent import never_silent
from bot.metrics import TURN_SECONDS, TURNS

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Answer:
    """What Motcua replied: the text, the buttons as Rasa has them, and the custom object."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """How the turn ended (one of ``bot.dialogue.turn.OUTCOMES``)."""
        return str(self.custom.get("outcome", "error"))


class AnswerCollector(CollectingOutputChannel):
    """Collects what Rasa sends; unlike Rasa's own, it leaves paragraphs together."""

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Collect a text as it is."""
        await self._persist_message(self._message(recipient_id, text=text))

    @property
    def answer(self) -> Answer:
        """What was collected, as one answer."""
        texts = [message["text"] for message in self.messages if "text" in message]
        buttons = [button for message in self.messages for button in message.get("buttons", ())]
        customs = [message["custom"] for message in self.messages if "custom" in message]
        return Answer("\n\n".join(texts), tuple(buttons), customs[-1] if customs else {})


async def take_turn(
    on_new_message: OnNewMessage, text: object, conversation: str, channel: str, message_id: str | None = None
) -> Answer:
    """Let Rasa answer one message of a citizen; a turn that fails or hangs is answered with an apology.

    Args:
        on_new_message: Rasa's handler, as a channel gets it.
        text: What the citizen typed or pressed, unguarded.
        conversation: The id of the conversation (Rasa's sender id).
        channel: The name of the channel, for Rasa and for the metrics.
        message_id: The client's id of the message; Rasa keeps it with the message.
    """
    collector = AnswerCollector()
    message = UserMessage(admit(text), collector, conversation, input_channel=channel, message_id=message_id)
    started = time.perf_counter()
    await never_silent(on_new_message)(message)
    TURN_SECONDS.labels(channel).observe(time.perf_counter() - started)
    TURNS.labels(channel, collector.answer.outcome).inc()
    return collector.answer
