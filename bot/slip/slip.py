"""What a slip says: the rows of each procedure for the citizen's case, as blocks that a page or a typesetter shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.procedures import cases
from bot.procedures.model import Procedure
from bot.procedures.outline import Block, outline
from bot.procedures.render import Names, Renderer

#: What a slip tells of a procedure below its papers, in this order.
ASPECTS = ("confirming_agencies", "agency", "deadline", "fee")


@dataclass(frozen=True)
class Errand:
    """One procedure on a slip, with what is left of it for the case.

    ``papers`` are the blocks about papers to prepare, ``held`` those about papers that the citizen has;
    ``sections`` is everything else.
    """

    code: str
    name: str
    official_name: str
    case: str
    papers: tuple[Block, ...]
    held: tuple[Block, ...]
    sections: tuple[Block, ...]
    legal_basis: str
    is_imported: bool
    url: str
    checked_on: date


@dataclass(frozen=True)
class Visit:
    """One stop on the way: which agency, for which procedures (by name), with which papers."""

    agency: str
    procedures: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Office:
    """Where to go, as far as it is known."""

    name: str
    address: str | None = None
    hours: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Slip:
    """A whole slip; ``gone`` are the codes of procedures that are no longer in force."""

    errands: tuple[Errand, ...]
    visits: tuple[Visit, ...] = ()
    office: Office | None = None
    gone: tuple[str, ...] = ()


class SlipMaker:
    """Makes slips; one is enough for a process, and it keeps the templates ready.

    Args:
        name_of: The short name of a procedure code, or None if the catalogue has no such procedure.
    """

    def __init__(self, name_of: Names) -> None:
        self._name_of = name_of
        self._renderer = Renderer(name_of)

    def make(
        self, content: Mapping[str, Any], procedures: Mapping[str, Procedure], office: Office | None = None
    ) -> Slip:
        """The slip for what a citizen wants to do.

        Args:
            content: ``goals``, ``held`` and ``visits`` as ``bot.stores.slips`` keeps them.
            procedures: The procedures in force, by code; those of the goals at least.
            office: Where to go, if it is known.
        """
        held = {(code, key) for code, key in content.get("held", ())}
        goals = content["goals"]
        return Slip(
            errands=tuple(
                self._errand(procedures[goal["code"]], goal.get("case", {}), held)
                for goal in goals
                if goal["code"] in procedures
            ),
            visits=tuple(self._visit(row) for row in content.get("visits", ())),
            office=office,
            gone=tuple(goal["code"] for goal in goals if goal["code"] not in procedures),
        )

    def _errand(self, procedure: Procedure, case: Mapping[str, str], held: set[tuple[str, str]]) -> Errand:
        selected = cases.select(procedure, case)
        papers, has = self._papers(selected, held)
        return Errand(
            code=procedure.code,
            name=procedure.short_name,
            official_name=procedure.name,
            case="; ".join(row.case_name for row in procedure.case_answers if case.get(row.question) == row.key),
            papers=papers,
            held=has,
            sections=self._listed(procedure) if procedure.is_listed_only else self._sections(selected, ASPECTS),
            legal_basis="; ".join(_legal_basis(procedure)),
            is_imported=procedure.is_imported,
            url=procedure.url,
            checked_on=procedure.checked_on,
        )

    def _papers(self, procedure: Procedure, held: set[tuple[str, str]]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """The blocks about papers to prepare, and about papers that are there."""
        if procedure.is_listed_only:
            return (), ()
        here = tuple(row for row in procedure.documents if (procedure.code, row.key) in held)
        if not here or "documents" in procedure.withheld:
            return self._told(procedure), ()
        missing = tuple(row for row in procedure.documents if row not in here)
        # What holds for all papers is said once, below both. Without any paper the template would say that none is
        # required, which is another thing than having them all.
        without_notes = replace(procedure, documents=missing, document_notes=(), flags=())
        prepared = self._told(without_notes) if missing else ()
        return prepared, tuple(_ticked(self._told(replace(procedure, documents=here))))

    def _told(self, procedure: Procedure) -> tuple[Block, ...]:
        (section,) = self._sections(procedure, ("documents",))
        return tuple(section["blocks"])

    def _sections(self, procedure: Procedure, aspects: Sequence[str]) -> tuple[Block, ...]:
        return tuple(block for aspect in aspects for block in outline(self._renderer.aspect(procedure, aspect)))

    def _listed(self, procedure: Procedure) -> tuple[Block, ...]:
        """What the list says, without the title and the source, which stand on the slip anyway."""
        blocks = outline(self._renderer.listed(procedure))
        return tuple(block for block in blocks if block["kind"] not in ("title", "source"))

    def _visit(self, row: Mapping[str, Any]) -> Visit:
        procedures = tuple(self._name_of(code) or code for code in row.get("codes", ()))
        return Visit(row["agency"], procedures, tuple(row.get("papers", ())))


def _ticked(blocks: Iterable[Block]) -> Iterable[Block]:
    for block in blocks:
        if block["kind"] == "paper":
            yield {**block, "held": True}
        elif "blocks" in block:
            yield {**block, "blocks": list(_ticked(block["blocks"]))}
        else:
            yield block


def _legal_basis(procedure: Procedure) -> Iterable[str]:
    if "legal_basis" not in procedure.withheld:
        yield from (row.number or row.name for row in procedure.legal_basis)
