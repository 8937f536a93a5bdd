"""How a reply came about, for staff who test flows: what was understood, the candidates, the rows told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bot.dialogue.turn import Message, Reply
from bot.procedures import cases
from bot.procedures.catalogue import Snapshot
from bot.procedures.model import Procedure

CANDIDATES_SHOWN = 5
#: The parts of a procedure whose rows tell an aspect; every other aspect is told by the part of its own name.
_PARTS = {
    "overview": ("documents", "agencies", "deadlines"),
    "documents": ("documents", "document_notes", "forms", "confirmations"),
    "confirming_agencies": ("confirmations", "agencies"),
    "agency": ("agencies",),
    "deadline": ("deadlines",),
    "fee": ("fees",),
    "steps": ("steps", "confirmations"),
    "result": ("results",),
}


def trace(snapshot: Snapshot, message: Message, reply: Reply) -> dict[str, Any]:
    """What the staff's page shows beside a reply.

    Returns:
        ``intent``, ``confidence``, ``aspects``, ``topic`` (of the portal), ``case``; ``candidates`` with
        probabilities and ``none``, the probability of none of them; ``rows``, the table and words of each row told.
    """
    ranking = snapshot.rank(message.text) if message.text else None
    shown = ranking.candidates[:CANDIDATES_SHOWN] if ranking else ()
    return {
        "intent": message.intent,
        "confidence": round(message.confidence, 3),
        "aspects": list(message.aspects),
        "topic": message.topic if message.intent == "portal_guide" else None,
        "case": dict(reply.conversation.case),
        "candidates": [
            {"code": one.code, "name": snapshot.name_of(one.code), "probability": round(one.probability, 4)}
            for one in shown
        ],
        "none": round(ranking.none, 4) if ranking else None,
        "rows": list(_rows(snapshot, reply)) if reply.outcome == "answered" else [],
    }


def _rows(snapshot: Snapshot, reply: Reply) -> Iterator[dict[str, str]]:
    for reference in reply.procedures:
        procedure = cases.select(snapshot.procedures[reference["code"]], reply.conversation.case)
        for part in dict.fromkeys(part for aspect in reply.aspects for part in _PARTS.get(aspect, (aspect,))):
            yield from ({"table": part, "text": text} for text in _texts(procedure, part))


def _texts(procedure: Procedure, part: str) -> Iterator[str]:
    for row in getattr(procedure, part):
        values = asdict(row)
        yield str(next(values[key] for key in ("name", "what", "confirms", "text", "kind") if values.get(key)))
