"""Motcua's answers as Zalo messages."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.channels.answer_links import answer_path
from bot.channels.messages import parts
from bot.channels.turns import Answer

#: What Zalo takes: characters of a text and of a button's title, buttons of a message.
LONGEST_TEXT = 2000
LONGEST_TITLE = 100
MOST_BUTTONS = 5
#: Of the 8 replies that are free in 48 hours, one question may use so many.
MOST_MESSAGES = 3

_WORDS = Path(__file__).parent / "templates" / "messengers.yml"

#: The "message" of Zalo's API.
Message = dict[str, Any]


def kind_reply(event_name: str) -> list[Message]:
    """The reply to an event that is no text."""
    return [{"text": _words()["replies"][_kind(event_name)]}]


def has_kind_reply(event_name: str) -> bool:
    """Whether an event that is no text gets a reply."""
    return _kind(event_name) in _words()["replies"]


def messages(answer: Answer, public_url: str) -> list[Message]:
    """An answer as messages: the buttons, and a link to the whole of it, on the last."""
    words = _words()
    buttons = [_query_button(button["title"], button["payload"]) for button in answer.buttons][:MOST_BUTTONS]
    text, more = answer.text, words["cut"]
    slip, path = answer.custom.get("slip_url"), answer_path(answer.custom)
    if slip and len(buttons) < MOST_BUTTONS:  # its address stands in the text as well
        buttons.append(_link_button(words["slip_button"], slip))
    if path is not None:
        link = public_url + path
        more = words["more"].format(link=link)
        if len(buttons) < MOST_BUTTONS:
            buttons.append(_link_button(words["link_button"], link))
        else:
            text = f"{text}\n\n{words['link_line'].format(link=link)}"
    said: list[Message] = [{"text": part} for part in parts(text, LONGEST_TEXT, MOST_MESSAGES, more)]
    if buttons:
        said[-1]["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
    return said


def _kind(event_name: str) -> str:
    """What came, as the kind replies have it."""
    return event_name.removeprefix("user_send_")


def _query_button(title: str, payload: str) -> dict[str, Any]:
    """A button that sends its payload as a text, without showing it."""
    shortened = textwrap.shorten(title, LONGEST_TITLE, placeholder="…")
    return {"type": "oa.query.hide", "title": shortened, "payload": payload}


def _link_button(title: str, url: str) -> dict[str, Any]:
    return {"type": "oa.open.url", "title": title, "payload": {"url": url}}


@cache
def _words() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(_WORDS.read_text(encoding="utf-8")))
