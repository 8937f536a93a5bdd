"""Paths on our own site that show a whole answer again, for messengers that can only show its beginning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.procedures.model import ASPECTS

ANSWERS = "/tra-loi"
GUIDES = f"{ANSWERS}/huong-dan"

#: Case questions and answers as the data names them.
_KEY = re.compile(r"[a-z0-9_.]{1,64}")


def answer_path(custom: Mapping[str, Any]) -> str | None:
    """The path that shows an answer about one procedure, or a guide; None for every other reply.

    A reply with a slip has its own link, which shows more than the reply.

    Args:
        custom: The object beside the text of a reply (``bot.dialogue.turn.Reply.custom``).
    """
    if custom.get("outcome") == "portal_guide" and custom.get("topic"):
        return f"{GUIDES}/{quote(custom['topic'], safe='')}"
    procedures = custom.get("procedures") or []
    if custom.get("outcome") != "answered" or len(procedures) != 1 or custom.get("slip_url"):
        return None
    query = {
        "aspects": ",".join(custom.get("aspects") or []),
        "case": ",".join(f"{question}:{answer}" for question, answer in (custom.get("case") or {}).items()),
    }
    given = "&".join(f"{name}={quote(value, safe=',:')}" for name, value in query.items() if value)
    path = f"{ANSWERS}/{quote(procedures[0]['code'], safe='')}"
    return f"{path}?{given}" if given else path


def read_query(aspects: str | None, case: str | None) -> tuple[tuple[str, ...], dict[str, str]]:
    """The aspects and the case (question → answer) that a path asks for; what is not ours is left out."""
    asked = set((aspects or "").split(","))
    pairs = (pair.split(":") for pair in (case or "").split(","))
    answers = {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and all(map(_KEY.fullmatch, pair))}
    return tuple(aspect for aspect in ASPECTS if aspect in asked), answers
