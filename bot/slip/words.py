"""The words of slips, posters and procedure pages that are no row of the database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.procedures import offices
from bot.procedures.render import long_date
from bot.slip.slip import Desk, Errand, Slip

WORDS = Path(__file__).parent / "words.yml"


@cache
def words(part: str) -> dict[str, Any]:
    """The words of one part of words.yml, such as "slip"."""
    return dict(YAML(typ="safe").load(WORDS.read_text(encoding="utf-8"))[part])


def facts(errand: Errand) -> list[str]:
    """What stands below the name of a procedure: its official name, its code and the case."""
    own = words("slip")
    official = [] if errand.official_name == errand.name else [errand.official_name]
    case = [own["case"].format(case=errand.case)] if errand.case else []
    return [*official, own["code"].format(code=errand.code), *case]


def fine_print(errand: Errand) -> list[str]:
    """Where the rows of a procedure are from, and when they were checked."""
    own = words("slip")
    imported = [own["imported"]] if errand.is_imported else []
    basis = [own["legal_basis"].format(text=errand.legal_basis)] if errand.legal_basis else []
    return [*basis, *imported, own["checked"].format(date=long_date(errand.checked_on))]


def title(slip: Slip) -> str:
    """The title of a slip, with the life event that it is for."""
    own = words("slip")
    return str(own["event"].format(name=slip.event) if slip.event else own["title"])


def desk_lines(desk: Desk) -> list[str]:
    """What an office receives, and what is known of it."""
    own = words("slip")
    received = [
        own["receives_if"].format(name=name, condition=condition) if condition else name
        for name, condition in desk.receives
    ]
    known = {
        "receives": "; ".join(received),
        "office_address": desk.office.address,
        "office_hours": "; ".join(f"{days} {spans}" for days, spans in offices.week(desk.office.hours)),
        "office_phone": desk.office.phone,
    }
    return [own[key].format(text=text) for key, text in known.items() if text]
