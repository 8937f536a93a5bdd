"""Which records a deployment serves: the national ones, and those of its own province."""

from __future__ import annotations

import re

from bot.language.text import fold
from bot.records.interpret import NATIONAL

_TERRITORY = re.compile(r"^(?:tinh|thanh pho) ")


def scope_of(kind: str | None, publisher: str | None, province: str) -> str | None:
    """``national``, the province served, or None for a record that is not served here.

    Args:
        kind: What the portal's list says the procedure is: STANDARD, SPECIFIC or STANDARD_INTERNAL.
        publisher: Who published it.
        province: The province served.
    """
    if kind == "STANDARD":
        return NATIONAL
    if kind == "SPECIFIC" and fold(publisher or "").endswith(f" {_TERRITORY.sub('', fold(province))}"):
        return province
    return None


def why_not(kind: str | None, province: str) -> str:
    """Why a record of a kind is not served here, for a report."""
    reasons = {
        "STANDARD_INTERNAL": "between offices, not for citizens",
        "SPECIFIC": f"of another place than {province}",
    }
    return reasons.get(kind or "", "not in the portal's list: withdrawn, or the list was not imported")
