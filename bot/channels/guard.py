"""What every channel does to a message before Rasa sees it.

Rasa takes a text that starts with "/" as a command: an intent with entities, or "/restart". Citizens
may say so only by pressing our own buttons, whose payloads are known.
"""

from __future__ import annotations

from bot.dialogue.buttons import is_button
from bot.language.normalise import LONGEST_MESSAGE
from bot.language.text import nfc

#: Stands for a message in which nothing was said; the reply asks what the citizen needs.
NOTHING_SAID = "?"


def admit(text: object) -> str:
    """The text that may go on to Rasa: a button's payload, or plain words of bounded length."""
    if not isinstance(text, str):
        return NOTHING_SAID
    cut = nfc(text[: LONGEST_MESSAGE * 2])[:LONGEST_MESSAGE].strip()
    if is_button(cut):
        return cut
    words = "".join(char for char in cut if char.isprintable() or char.isspace()).lstrip("/ \t\n")
    return words or NOTHING_SAID
