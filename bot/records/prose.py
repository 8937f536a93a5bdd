"""The portal's prose made readable: Unicode form, spaces, bullets."""

from __future__ import annotations

import re
import unicodedata

from bot.language.text import nfc

#: Control signs, direction marks, zero-width spaces and soft hyphens, which word processors leave behind.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LETTERS = [char for char in map(chr, range(0xC0, 0x1EFA)) if unicodedata.name(char, "").startswith("LATIN")]
#: Small and capital letters for a class in a regular expression; ranges such as à-ỹ hold both.
SMALL = "a-z" + "".join(char for char in _LETTERS if char.islower())
CAPITAL = "A-Z" + "".join(char for char in _LETTERS if char.isupper())

_SPACES = re.compile(r"[^\S\n]+")
_BULLET = re.compile(
    r"^(?:[-–—+*•·▪●○‣]|\(?(?:[ivx]{1,4}|[a-zđ]|[1-9]\d?(?:\.\d{1,2})*)[.)]|\d{1,2}\.)\s*", re.IGNORECASE
)
_NOTHING = re.compile(r"^(?:không(?: có(?: thông tin)?| quy định| yêu cầu)?|-+|n/a|null)?[.;,:]?$", re.IGNORECASE)
_SENTENCE_END = re.compile(rf"(?<=[.;!?])\s+(?=[{CAPITAL}(–+-])")


def one_line(text: str | None) -> str:
    """A text on one line, in NFC, with single spaces."""
    return " ".join(_visible(text or "").split())


def lines(text: str | None) -> list[str]:
    """The lines of a text that say something, in NFC, with single spaces."""
    spaced = _SPACES.sub(" ", _visible(text or "").replace("\r", "\n"))
    return [line.strip() for line in spaced.split("\n") if line.strip()]


def _visible(text: str) -> str:
    return nfc(_INVISIBLE.sub("", text))


def without_bullet(text: str) -> str:
    """A line without the bullets or the numbering before it, and without the sign that leads to the next."""
    bare = text.strip()
    while True:
        shorter = _BULLET.sub("", bare, count=1)
        if shorter == bare or not shorter:
            return bare.rstrip(" ;,").strip()
        bare = shorter


def says_nothing(text: str | None) -> bool:
    """Whether a cell is empty in the portal's words ('Không có thông tin', '--')."""
    return _NOTHING.fullmatch(one_line(text)) is not None


def sentences(text: str) -> list[str]:
    """The sentences of a text on one line."""
    return [part for part in _SENTENCE_END.split(text) if part]


def shortened(text: str, longest: int) -> str:
    """The first whole sentences of a text that fit a length, with an ellipsis where something is left out."""
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in sentences(text):
        if len(kept) + len(sentence) + 1 > longest:
            break
        kept = f"{kept} {sentence}".strip()
    if len(kept) < longest // 3:  # the first sentence is a mere number, or the next one too long
        kept = text[:longest].rsplit(" ", 1)[0]
    return f"{kept} …"


def capitalised(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]
