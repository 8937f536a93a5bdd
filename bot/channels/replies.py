"""Replies as the page shows them, and conversations so far, out of what Rasa sent and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot.channels.answer_links import answer_path
from bot.channels.turns import Answer
from bot.dialogue.buttons import is_button
from bot.procedures.outline import Block, outline

#: A page shows no more turns than these, the latest.
MOST_TURNS = 100


def reply(answer: Answer) -> dict[str, Any]:
    """An answer as the page gets it: a Reply of openapi.yml."""
    return {
        **answer.custom,
        "text": answer.text,
        "blocks": _without_choices(outline(answer.text), answer.buttons),
        "buttons": [{"title": button["title"], "payload": button["payload"]} for button in answer.buttons],
        "outcome": answer.outcome,
        "answer_url": answer_path(answer.custom),
    }


def turn(message_id: str, at: float, question: str, answer: Answer) -> dict[str, Any]:
    """One question with its reply; ``at`` is in seconds since 1970."""
    when = datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")
    return {"id": message_id, "at": when, "question": question, "reply": reply(answer)}


def turns(events: Iterable[Event], missing: Answer) -> list[dict[str, Any]]:
    """The turns of a conversation, oldest first.

    Args:
        events: What Rasa kept, in order.
        missing: Stands where a message was kept but its answer was not.
    """
    done: list[dict[str, Any]] = []
    asked: UserUttered | None = None
    said: list[BotUttered] = []
    titles: dict[str, str] = {}

    def close() -> None:
        if asked is not None:
            answer = _answer(said) if said else missing
            text = asked.text or ""
            question = titles.get(text, "") if is_button(text) else text
            done.append(turn(asked.message_id or "", asked.timestamp, question, answer))

    for event in events:
        if isinstance(event, UserUttered):
            close()
            titles = {b["payload"]: b["title"] for bot in said for b in (bot.data.get("buttons") or ())} or titles
            asked, said = event, []
        elif isinstance(event, BotUttered):
            said.append(event)
    close()
    return done[-MOST_TURNS:]


def answered(events: Iterable[Event], message_id: str) -> bool:
    """Whether a message has its answer already."""
    waiting = False
    for event in events:
        if isinstance(event, UserUttered):
            waiting = event.message_id == message_id
        elif isinstance(event, BotUttered) and waiting:
            return True
    return False


def _answer(said: Iterable[BotUttered]) -> Answer:
    texts = [event.text for event in said if event.text]
    data: list[Mapping[str, Any]] = [event.data for event in said]
    buttons = [button for one in data for button in one.get("buttons") or ()]
    customs = [one["custom"] for one in data if one.get("custom")]
    return Answer("\n\n".join(texts), tuple(buttons), customs[-1] if customs else {})


def _without_choices(blocks: list[Block], buttons: Iterable[Mapping[str, str]]) -> list[Block]:
    """The blocks less the numbered choices that stand on the buttons anyway."""
    titles = {button["title"] for button in buttons}
    return [block for block in blocks if not (block["kind"] == "step" and block["text"] in titles)]
