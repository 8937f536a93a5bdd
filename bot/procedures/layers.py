"""One procedure out of what several sources say of it, field by field.

The layers, strongest first:

* ``definition`` – the curated file. A ``complete`` one says everything: a part that it lacks is meant to be empty.
  A ``listed`` one knows the head only, so that its details are taken from the next layer that has some.
* ``table`` – what staff changed in a spreadsheet and brought back.
* ``portal`` – what was drawn from the portal's own records.

Ways of asking (``sayings``) are added to whichever of them is served.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.procedures.model import PARTS, Confirmation, Procedure, Saying, Twin

#: The layers that describe a whole procedure, strongest first.
WHOLE = ("definition", "table", "portal")
#: Parts that say how a procedure is found and told apart, not what it requires.
_NAMING = ("sayings", "twins")
#: Head columns that a stronger layer may leave open.
_FILLED = ("publisher", "decision_number", "decision_date", "valid_from", "valid_to")


def merge(layers: Mapping[str, Procedure], sayings: tuple[tuple[Saying, ...], tuple[Twin, ...]]) -> Procedure | None:
    """The procedure that is served, or None if no layer describes it.

    Args:
        layers: What the layers of :data:`WHOLE` say.
        sayings: Further ways of asking, and the procedures it is confused with.
    """
    present = [layers[kind] for kind in WHOLE if kind in layers]
    if not present:
        return None
    served, *weaker = present
    for other in weaker:
        served = _filled(served, other)
    texts, twins = sayings
    known_texts = {saying.text for saying in served.sayings}
    known_twins = {twin.code for twin in served.twins}
    return replace(
        served,
        sayings=served.sayings + tuple(saying for saying in texts if saying.text not in known_texts),
        twins=served.twins + tuple(twin for twin in twins if twin.code not in known_twins),
    )


def _filled(served: Procedure, other: Procedure) -> Procedure:
    """A procedure with what another layer adds: open head columns, and all details if it is only listed."""
    head: dict[str, Any] = {name: getattr(other, name) for name in _FILLED if getattr(served, name) is None}
    if not served.is_listed_only or other.is_listed_only:
        return replace(served, **head)
    details = {part: getattr(other, part) for part in PARTS if part not in _NAMING and not getattr(served, part)}
    return replace(served, **head, **details, details=other.details, origin=other.origin, checked_on=other.checked_on)


def without_naming(procedure: Procedure) -> Procedure:
    """What a procedure requires: the same without ways of asking and look-alikes."""
    return replace(procedure, sayings=(), twins=())


def fingerprint(row: Confirmation) -> str:
    """What a proposed confirmation is known by, as long as the passage it was drawn from stays the same."""
    said = "\n".join((row.agency, row.confirms, row.quote or ""))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def reviewed(procedure: Procedure, verdicts: Mapping[str, str]) -> Procedure:
    """The procedure with what staff decided on its proposed confirmations (fingerprint → accepted or rejected)."""
    rows = []
    for row in procedure.confirmations:
        verdict = verdicts.get(fingerprint(row)) if row.status == "proposed" else None
        if verdict != "rejected":
            rows.append(replace(row, status=verdict) if verdict else row)
    return replace(procedure, confirmations=tuple(rows))
