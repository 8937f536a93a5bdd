"""From what a citizen typed to what is understood."""

from __future__ import annotations

from functools import lru_cache

from bot.language import abbreviations, typing_leftovers
from bot.language.text import fold, nfc, unify_tone_marks, words

#: Longer messages are cut: no question needs more, and nobody should pay for less.
LONGEST_MESSAGE = 2000
#: Texts whose form is kept: a turn asks for the same ones again, an index over thousands does not.
KEPT = 1024


def normalise(text: str) -> str:
    """The text in standard spelling: NFC, one tone-mark style, leftovers decoded, words spelt out."""
    cut = nfc(text[: LONGEST_MESSAGE * 2])[:LONGEST_MESSAGE]
    return unify_tone_marks(abbreviations.expand(typing_leftovers.decode(cut)))


@lru_cache(maxsize=KEPT)
def spoken(text: str) -> str:
    """The normalised text as lower-case words with their marks, single spaces between."""
    return " ".join(words(normalise(text).lower()))


@lru_cache(maxsize=KEPT)
def comparable(text: str) -> str:
    """The normalised text, lower-case and unmarked: what understanding and search work on."""
    return fold(spoken(text))
