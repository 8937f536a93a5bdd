"""The words of slips, posters and procedure pages that are no row of the database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.procedures.render import long_date
from bot.slip.slip import Errand, Office, Visit

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


def visit_lines(visit: Visit) -> list[str]:
    """What to do at a stop, and what to bring."""
    told = {"visit_for": ("procedures", visit.procedures), "visit_papers": ("papers", visit.papers)}
    return [words("slip")[key].format(**{name: "; ".join(texts)}) for key, (name, texts) in told.items() if texts]


def office_lines(office: Office) -> list[str]:
    """What is known of an office."""
    known = {"office_address": office.address, "office_hours": office.hours, "office_phone": office.phone}
    return [words("slip")[key].format(text=text) for key, text in known.items() if text]
