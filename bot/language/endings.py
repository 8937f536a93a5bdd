"""Where a long message asks: its last clauses, its last words."""

from __future__ import annotations

import re

_CLAUSE_END = re.compile(r"[,.;?!:…\n]+")
#: A question seldom has more words than this after the story it follows.
LAST_WORDS = 9


def endings(text: str) -> list[str]:
    """The last clause, the last two and the last words of a text, where they are shorter than the whole."""
    clauses = [clause.strip() for clause in _CLAUSE_END.split(text) if len(clause.split()) > 1]
    last_words = " ".join(text.split()[-LAST_WORDS:])
    found = [*clauses[-1:], ", ".join(clauses[-2:]), last_words]
    return [ending for ending in dict.fromkeys(found) if ending and len(ending.split()) < len(text.split())]
