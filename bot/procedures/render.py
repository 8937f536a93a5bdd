"""Answers in Vietnamese, rendered from rows with the templates in templates/."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.procedures import cases
from bot.procedures.at_hand import AtHand, ToGet, missing, notes_on_kinds
from bot.procedures.journey import Plan
from bot.procedures.life_events import LifeEvent, NeededProcedure, assumed
from bot.procedures.model import Confirmation, Deadline, Document, Procedure
from bot.procedures.outline import headings
from bot.procedures.portal_guides import Guide
from bot.procedures.verdict import MOST_ROWS, verdicts

TEMPLATES = Path(__file__).parent / "templates"
LOCALE = "vi_VN"

#: So much of an imported record's own words is read in a chat; the rest is one question or one click away.
MOST_CONDITIONS = 8
MOST_IN_OVERVIEW = 6

Names = Callable[[str], str | None]


class Renderer:
    """Renders procedures and guides.

    Args:
        name_of: The short name of a procedure code, or None if the catalogue has no such procedure.
        finalize: Passes over every value that a template puts out (for tests).
    """

    def __init__(self, name_of: Names, finalize: Callable[[Any], Any] | None = None) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            finalize=finalize,
            autoescape=False,  # plain text: channels that show HTML escape it themselves
        )
        self._environment.filters |= {"amount": amount, "date": long_date, "by_case": _grouped}
        self._environment.globals |= {
            "name_of": name_of,
            "case_name": cases.case_name,
            "confirmations_on": confirmations_on,
            "deadlines_by_channels": deadlines_by_channels,
            "documents_by_heading": documents_by_heading,
            "most_conditions": MOST_CONDITIONS,
            "most_in_overview": MOST_IN_OVERVIEW,
            "most_rows": MOST_ROWS,
            "headings": headings(),
        }

    def aspect(self, procedure: Procedure, aspect: str) -> str:
        """One aspect of a procedure, every row of it."""
        return self._render(f"{aspect}.j2", procedure=procedure)

    def answer(self, procedure: Procedure, aspects: Sequence[str], case: Mapping[str, str], question: str = "") -> str:
        """A whole answer: what it is about, yes or no where decided, each aspect for the case, the sources."""
        selected = cases.select(procedure, case)
        sections = [self.aspect(selected, aspect) for aspect in aspects]
        told = [
            self._render("verdict.j2", procedure=selected, verdict=verdict) for verdict in verdicts(selected, question)
        ]
        return self._render(
            "answer.j2", procedure=procedure, case_text=_case_text(procedure, case), verdicts=told, sections=sections
        )

    def listed(self, procedure: Procedure) -> str:
        """The answer for a procedure known from the list only."""
        return self._render("listed.j2", procedure=procedure)

    def journey(self, plan: Plan, on_slip: bool = False) -> str:
        """A plan: the visits in order, what needs no visit, the time, the fees, and the sources.

        Args:
            plan: The plan.
            on_slip: Papers, confirmations and sources of the goals stand below the plan, so it only points to them.
        """
        return self._render("journey.j2", plan=plan, told_below=plan.goals if on_slip else ())

    def life_event(
        self, event: LifeEvent, rows: Sequence[NeededProcedure], plan: Plan, answers: Mapping[str, str]
    ) -> str:
        """What a life event takes: its procedures with why and by when, and the plan for those that are sure."""
        journey = self.journey(plan) if plan.tasks else ""
        given = assumed(event).items()
        taken = [answer.assumed for question, answer in given if answers.get(question) == answer.key]
        distinct = {(row.code, row.why): row for row in rows}  # two rows can differ in their cases alone
        return self._render("life_event.j2", event=event, rows=list(distinct.values()), assumed=taken, journey=journey)

    def missing(self, procedure: Procedure, case: Mapping[str, str], at_hand: AtHand) -> str:
        """What is still missing for the case of a citizen who has told which papers are at hand, and the sources."""
        selected = cases.select(procedure, case)
        to_get = missing(selected, at_hand)
        rest = [row for row in to_get if not row.reason]
        return self._render(
            "missing.j2",
            procedure=selected,
            case_text=_case_text(procedure, case),
            held=[row for row in selected.documents if row.key in at_hand.held],
            others=at_hand.others,
            needed=[row for row in to_get if row.is_sure],
            doubtful=[row for row in to_get if row.reason],
            lacking=[row for row in rest if row.is_sure],
            if_needed=[row for row in rest if not (row.is_sure or row.document.when)],
            by_case=_to_get_by_case(selected, [row for row in rest if row.document.when]),
            open_cases=_open_cases(selected, case),
            notes=notes_on_kinds(selected, at_hand),
        )

    def guide(self, guide: Guide) -> str:
        """A guide to the portal."""
        return self._render("guide.j2", guide=guide.content, checked_on=guide.checked_on)

    def _render(self, template: str, **values: Any) -> str:
        text = self._environment.get_template(template).render(**values)
        lines = [line.rstrip() for line in text.strip().splitlines()]
        return "\n".join(line for number, line in enumerate(lines) if line or (number and lines[number - 1]))


def _case_text(procedure: Procedure, case: Mapping[str, str]) -> str:
    named = (answer.case_name for answer in procedure.case_answers if case.get(answer.question) == answer.key)
    return "; ".join(named)


def _to_get_by_case(procedure: Procedure, rows: Iterable[ToGet]) -> list[tuple[str, list[ToGet]]]:
    groups: dict[str, list[ToGet]] = {}
    for row in rows:
        groups.setdefault(cases.case_name(procedure, row.document.when), []).append(row)
    return list(groups.items())


def _open_cases(procedure: Procedure, case: Mapping[str, str]) -> list[str]:
    """The case questions that decide next which papers are needed."""
    deciding = {key for row in procedure.documents for key in row.when}
    return [
        row.question
        for row in procedure.case_questions
        if row.key in deciding and all(case.get(key) in answers for key, answers in row.when.items())
    ]


def amount(dong: int) -> str:
    """An amount in đồng as Vietnamese write it: 20.000 đồng."""
    return f"{format_decimal(dong, locale=LOCALE)} đồng"


def long_date(day: date) -> str:
    """A date as Vietnamese write it: 23/11/2026."""
    return str(format_date(day, "dd/MM/yyyy", locale=LOCALE))


def confirmations_on(procedure: Procedure, document: Document) -> list[Confirmation]:
    """The confirmations that a paper needs; of their case, only what the paper's own does not say yet."""
    return [
        replace(row, when={key: answers for key, answers in row.when.items() if document.when.get(key) != answers})
        for row in procedure.confirmations
        if row.document == document.key
    ]


def deadlines_by_channels(procedure: Procedure) -> list[tuple[tuple[str, ...], list[Deadline]]]:
    """Deadlines, channels with the same ones taken together."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    rows: dict[tuple[Any, ...], list[Deadline]] = {}
    for channel in procedure.channels:
        own = [row for row in procedure.deadlines if row.channel == channel.kind]
        key = tuple((row.text, cases.case_name(procedure, row.when), row.condition) for row in own)
        if own:
            groups.setdefault(key, []).append(channel.kind)
            rows.setdefault(key, own)
    return [(tuple(kinds), rows[key]) for key, kinds in groups.items()]


def documents_by_heading(procedure: Procedure) -> list[tuple[str, str, list[Document]]]:
    """Documents by case, and within a case by the heading of the record; first those of every case."""
    groups: dict[tuple[str, str], list[Document]] = {("", ""): []}
    for case, rows in cases.by_case(procedure, procedure.documents):
        for row in rows:
            groups.setdefault((case, row.heading or ""), []).append(row)
    return [(case, heading, rows) for (case, heading), rows in groups.items() if rows]


def _grouped(rows: Iterable[Any], procedure: Procedure) -> list[tuple[str, list[Any]]]:
    return list(cases.by_case(procedure, rows))
