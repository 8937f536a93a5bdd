"""Cuts a text into messages of bounded length, at places where a reader would pause."""

from __future__ import annotations

import re
import unicodedata

#: Where a text may be cut, best first: between sections, lines, sentences, clauses, words.
_PLACES = tuple(
    re.compile(place) for place in (r"\n[ \t]*\n\s*", r"\n\s*", r"(?<=[.!?…])\s+", r"(?<=[,;:])\s+", r"\s+")
)
#: A part shorter than this share of the limit is only made if no other place is found.
_FULL_ENOUGH = 0.5
_ZERO_WIDTH_JOINER = "\u200d"


def parts(text: str, limit: int, most: int, more: str = "…") -> list[str]:
    """The text as messages, whole if it can be, else ended by ``more``.

    Only white space at the cuts goes. A word is cut only if it is longer than a whole message, and
    never between a letter and its marks.

    Args:
        text: What is to be said.
        limit: The longest message, 2 or more, in UTF-16 units: the strictest way in which messengers count.
        most: How many messages there may be, 1 or more.
        more: Ends the last message if the text does not fit; shorter than ``limit``.
    """
    messages: list[str] = []
    rest = text.strip()
    while rest and len(messages) < most - 1:
        message, rest = _cut(rest, limit)
        messages.append(message)
    if len(_head(rest, limit)) < len(rest):
        message, _ = _cut(rest, limit - _length(more) - 1)
        rest = f"{message}\n{more}"
    return [*messages, rest] if rest else messages


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _head(text: str, length: int) -> str:
    """The beginning of the text, at most so many UTF-16 units long."""
    return text[:length].encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")


def _cut(text: str, limit: int) -> tuple[str, str]:
    """A first message, not empty, and what remains."""
    head = _head(text, limit)
    if len(head) == len(text):
        return text, ""
    at = _place(text, len(head))
    return text[:at].rstrip(), text[at:].lstrip()


def _place(text: str, furthest: int) -> int:
    """The best place to cut the text, not after ``furthest``."""
    # One character more is looked at: white space that begins right after a full message.
    kinds = [[match.start() for match in place.finditer(text, 1, furthest + 1)] for place in _PLACES]
    good = [[start for start in starts if not _ends_in_heading(text[:start])] for starts in kinds]
    last = [starts[-1] for starts in good if starts] or [starts[-1] for starts in kinds if starts]
    full_enough = [start for start in last if start >= furthest * _FULL_ENOUGH]
    if full_enough:
        return full_enough[0]
    return max(last) if last else _between_letters(text, furthest)


def _ends_in_heading(text: str) -> bool:
    """Whether the last line announces what follows it, and must not be left behind."""
    line = text.rstrip().rpartition("\n")[2].strip()
    return line.isupper() or line.endswith(":")


def _between_letters(text: str, furthest: int) -> int:
    for at in range(furthest, 0, -1):
        if not (_continues(text[at]) or text[at - 1] == _ZERO_WIDTH_JOINER):
            return at
    return furthest


def _continues(character: str) -> bool:
    """Whether the character belongs to the one before it."""
    return character == _ZERO_WIDTH_JOINER or unicodedata.category(character).startswith("M")
