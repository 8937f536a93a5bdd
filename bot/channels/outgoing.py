"""What goes out to a messenger that shows plain text: cut to its messages, with a link to the whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.channels.answer_links import answer_path
from bot.channels.messages import parts
from bot.channels.turns import Answer, OnNewMessage, take_turn
from bot.channels.webhook import Delivery
from bot.settings import Settings

_WORDS = Path(__file__).parent / "templates" / "messengers.yml"


async def reply_to(delivery: Delivery, on_new_message: OnNewMessage, conversation: str, channel: str) -> Answer:
    """Motcua's answer to a message; a kind word to what is no words."""
    if delivery.text is None:
        return Answer(_words()["replies"][delivery.kind])
    return await take_turn(on_new_message, delivery.text, conversation, channel)


def messages(answer: Answer, limit: int, most: int, added: str = "") -> list[str]:
    """The texts to send, one or more.

    Args:
        answer: What Motcua replied.
        limit: The longest message, in UTF-16 units.
        most: How many messages the answer may fill.
        added: Lines to close with, whole: in the last message if they fit, else in one of their own.
    """
    path = answer_path(answer.custom)
    more = _words()["more"].format(link=Settings.read().public_url + path) if path else _words()["cut"]
    texts = parts(answer.text, limit, most, more)
    if not added:
        return texts
    joined = f"{texts[-1]}\n\n{added}"
    return [*texts[:-1], joined] if parts(joined, limit, 1) == [joined] else [*texts, added]


@cache
def _words() -> Mapping[str, Any]:
    """What citizens read in messengers beside the answers."""
    return dict(YAML(typ="safe").load(_WORDS.read_text(encoding="utf-8")))
