"""A record of the portal as plain values, whichever way it came: API reply, crawled page or list entry.

Nothing is interpreted here: texts are the portal's own, in NFC with plain spaces, and a number is what a cell says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.procedures.model import Flag

#: Where a record came from, the richest first.
SOURCES = ("api", "page", "list")


@dataclass(frozen=True)
class Paper:
    """One line of a list of papers; None where the record gives no number."""

    text: str
    originals: int | None = None
    copies: int | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaperGroup:
    """Papers under a heading, which may be empty."""

    heading: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class PublishedFee:
    """A fee cell: which sort (fee, charge, price), its number if any, in which currency, and the words beside it."""

    sort: str
    amount: float | None
    currency: str
    text: str


@dataclass(frozen=True)
class Method:
    """A way to file (in_person, online, post) with its processing time; the unit is None where the record has none."""

    channel: str
    time: float | None
    unit: str | None
    description: str
    fees: tuple[PublishedFee, ...]


@dataclass(frozen=True)
class Stage:
    """A step as published, with its title if it has one."""

    title: str
    text: str


@dataclass(frozen=True)
class Law:
    """A legal document that a record names."""

    number: str
    name: str


@dataclass(frozen=True)
class Record:
    """All that one record says of a procedure; ``kind`` is STANDARD, SPECIFIC, STANDARD_INTERNAL or unknown."""

    code: str
    name: str
    source: str
    formality_id: str
    kind: str | None = None
    fields: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    applicants: tuple[str, ...] = ()
    publisher: str | None = None
    decision_number: str | None = None
    decision_date: date | None = None
    agencies: tuple[tuple[str, str], ...] = ()
    groups: tuple[PaperGroup, ...] = ()
    methods: tuple[Method, ...] = ()
    #: Processing times that stand beside those of the methods: (amount, unit).
    handling_times: tuple[tuple[float, str | None], ...] = ()
    stages: tuple[Stage, ...] = ()
    laws: tuple[Law, ...] = ()
    results: tuple[str, ...] = ()
    conditions: str = ""
    #: What could not be read without doubt.
    doubts: tuple[Flag, ...] = ()
