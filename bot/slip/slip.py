"""What a slip says: the plan and the rows of each procedure for the case, as blocks for a page or a typesetter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.procedures import cases, journey, offices, places
from bot.procedures.journey import Goal, Paper
from bot.procedures.model import Procedure
from bot.procedures.offices import Office
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
class Desk:
    """Where to go in the citizen's commune: the office, and what it receives with the condition, if there is one."""

    office: Office
    receives: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Slip:
    """A whole slip.

    ``event`` is the name of the life event that it is for, if any; ``plan`` are the blocks about the visits, the
    first one their title; ``gone`` are the codes of procedures that are no longer in force.
    """

    errands: tuple[Errand, ...]
    event: str | None = None
    plan: tuple[Block, ...] = ()
    desks: tuple[Desk, ...] = ()
    gone: tuple[str, ...] = ()


class SlipMaker:
    """Makes slips; one is enough for a process, and it keeps the templates ready.

    Args:
        name_of: The short name of a procedure code, or None if the catalogue has no such procedure.
    """

    def __init__(self, name_of: Names) -> None:
        self._renderer = Renderer(name_of)

    def make(
        self,
        content: Mapping[str, Any],
        procedures: Mapping[str, Procedure],
        known_offices: Iterable[Office] = (),
        event: str | None = None,
    ) -> Slip:
        """The slip for what a citizen wants to do.

        Args:
            content: ``goals``, ``held`` and ``ward_code`` as ``bot.stores.slips`` keeps them.
            procedures: The procedures in force, by code: those of the goals, and those that give papers for them.
            known_offices: The rows of the office table.
            event: The name of the life event that it is for, if any.
        """
        held = {(code, key) for code, key in content.get("held", ())}
        wanted = [Goal(goal["code"], goal.get("case", {}), tuple(goal.get("after", ()))) for goal in content["goals"]]
        goals = [goal for goal in wanted if goal.code in procedures]
        return Slip(
            errands=tuple(self._errand(procedures[goal.code], goal.case, held) for goal in goals),
            event=event,
            plan=self._plan(procedures, goals, held) if goals else (),
            desks=_desks([cases.select(procedures[goal.code], goal.case) for goal in goals], content, known_offices),
            gone=tuple(goal.code for goal in wanted if goal.code not in procedures),
        )

    def _plan(
        self, procedures: Mapping[str, Procedure], goals: Sequence[Goal], held: Collection[Paper]
    ) -> tuple[Block, ...]:
        title, *rest = outline(self._renderer.journey(journey.plan(procedures, goals, held), on_slip=True))
        return {**title, "text": title["text"].capitalize()}, *rest

    def _errand(self, procedure: Procedure, case: Mapping[str, str], held: Collection[Paper]) -> Errand:
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

    def _papers(self, procedure: Procedure, held: Collection[Paper]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
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


def _desks(
    procedures: Iterable[Procedure], content: Mapping[str, Any], known_offices: Iterable[Office]
) -> tuple[Desk, ...]:
    """The offices of the citizen's commune that receive procedures, each once; none if the commune is not known."""
    ward = places.ward(content.get("ward_code", ""))
    if ward is None:
        return ()
    known = tuple(known_offices)
    found: dict[str, Desk] = {}
    for procedure in procedures:
        for receiver in offices.receivers(procedure, ward, known):
            desk = found.get(receiver.office.key, Desk(receiver.office, ()))
            received = (*desk.receives, (procedure.short_name, receiver.condition))
            found[receiver.office.key] = replace(desk, receives=received)
    return tuple(found.values())


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
