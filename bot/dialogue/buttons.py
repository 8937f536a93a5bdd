"""Buttons: what citizens press instead of typing, and the payloads that stand for them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

#: Intent → the entity that its payload must carry, or None if it carries none.
BUTTON_INTENTS: dict[str, str | None] = {
    "ask": "aspect",
    "choose": "procedure",
    "answer_case": "case_answer",
    "portal_guide": "topic",
    "place": "ward_code",
    "life_event": "life_event",
    "start_case": None,
    "skip_case": None,
    "plan": None,
    "have_papers": None,
    "slip": None,
    "deny": None,
}
_PAYLOAD = re.compile(r"/(?P<intent>[a-z_]+)(?P<entities>\{.*\})?", re.DOTALL)
_VALUE = re.compile(r"[a-z0-9_.]{1,64}")


@dataclass(frozen=True)
class Button:
    """A choice to press; the payload is understood without the NLU."""

    title: str
    payload: str

    @classmethod
    def of(cls, title: str, intent: str, **entities: str) -> Button:
        """A button that says an intent with entities."""
        return cls(title, f"/{intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{intent}")


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
