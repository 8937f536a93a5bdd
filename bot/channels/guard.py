"""What every channel does to a message before Rasa sees it.

Rasa takes a text that starts with "/" as a command: an intent with entities, or "/restart". Citizens
may say so only by pressing our own buttons, whose payloads are known.
"""

from __future__ import annotations

import json
import re

from bot.language.normalise import LONGEST_MESSAGE
from bot.language.text import nfc

#: Intent → the entity that its payload must carry, or None if it carries none.
BUTTON_INTENTS: dict[str, str | None] = {
    "ask": "aspect",
    "choose": "procedure",
    "answer_case": "case_answer",
    "portal_guide": "topic",
    "start_case": None,
    "deny": None,
}
_PAYLOAD = re.compile(r"/(?P<intent>[a-z_]+)(?P<entities>\{.*\})?", re.DOTALL)
_VALUE = re.compile(r"[a-z0-9_.]{1,64}")
#: Stands for a message in which nothing was said; the reply asks what the citizen needs.
NOTHING_SAID = "?"


def is_button(text: str) -> bool:
    """Whether a text is the payload of one of our own buttons."""
    match = _PAYLOAD.fullmatch(text)
    if match is None or match["intent"] not in BUTTON_INTENTS:
        return False
    entity = BUTTON_INTENTS[match["intent"]]
    if entity is None or match["entities"] is None:
        return entity is None and match["entities"] is None
    try:
        entities = json.loads(match["entities"])
    except ValueError:
        return False
    value = entities.get(entity) if list(entities) == [entity] else None
    return isinstance(value, str) and _VALUE.fullmatch(value) is not None


def admit(text: object) -> str:
    """The text that may go on to Rasa: a button's payload, or plain words of bounded length."""
    if not isinstance(text, str):
        return NOTHING_SAID
    cut = nfc(text[: LONGEST_MESSAGE * 2])[:LONGEST_MESSAGE].strip()
    if is_button(cut):
        return cut
    words = "".join(char for char in cut if char.isprintable() or char.isspace()).lstrip("/ \t\n")
    return words or NOTHING_SAID
