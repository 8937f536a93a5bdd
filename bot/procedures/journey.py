"""The journey: which offices to visit in which order, so that a citizen's goals are reached in the fewest visits.

A paper that a goal needs and another procedure gives (``obtained_from``) is an errand before it, and so is the
confirmation of a paper by an office that does not handle the dossier anyway. Only what holds for sure makes an
errand: papers and confirmations without a condition, in the citizen's case; of a procedure whose case nobody
knows, those of every case. The search for the fewest visits is ``bot.procedures.itinerary``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.language.normalise import comparable
from bot.procedures import cases, itinerary
from bot.procedures.desks import Desk, desks_of, handles, is_person
from bot.procedures.itinerary import Errand, Itinerary
from bot.procedures.model import Agency, Channel, Confirmation, Deadline, Document, Fee, Procedure

JOURNEY = Path(__file__).parent / "journey.yml"
#: What is promised within so many hours is waited for at the desk.
MOST_HOURS_WAITED = 8
#: Working days in a week, to count calendar days as working days.
WORKING_DAYS = 5

#: A paper: the code of the procedure that needs it, and its key there.
Paper = tuple[str, str]


@dataclass(frozen=True)
class Goal:
    """A procedure that a citizen wants done, what is known of the case, and the goals that come before it."""

    code: str
    case: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanProblem:
    """Why a plan is not whole.

    ``kind``: unknown_goal, unknown_source (no procedure that gives the paper is in the catalogue), cycle (the paper
    needs, in the end, what it is needed for) or no_agency (nobody says where it is filed).
    """

    kind: str
    code: str
    document: Document | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """One thing to do: file a procedure, or have one of its papers confirmed before (``confirmation``).

    ``mode`` is in_person, online or post; ``brings`` and ``has`` are the papers to bring, those got for it and
    those the citizen said to have; ``gets`` is what comes of it.
    """

    key: str
    procedure: Procedure
    confirmation: Confirmation | None = None
    mode: str = "in_person"
    desks: tuple[Desk, ...] = ()
    days: float | None = None
    is_prompt: bool = False
    brings: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    gets: tuple[str, ...] = ()
    if_needed: tuple[Document, ...] = ()
    signed_at_home: tuple[Confirmation, ...] = ()
    between_offices: tuple[Confirmation, ...] = ()

    @property
    def code(self) -> str:
        """The procedure that it is done for."""
        return self.procedure.code

    @property
    def online(self) -> Channel | None:
        """How it could be filed online instead, if it is filed at the desk."""
        channels = self.procedure.channels if self.confirmation is None and self.mode == "in_person" else ()
        return next((channel for channel in channels if channel.kind == "online"), None)

    @property
    def is_online_too(self) -> bool:
        """Whether it can be filed online so that nobody need go."""
        return self.online is not None and not _is_still_to_go(self.procedure, "online")

    @property
    def waits(self) -> bool:
        """Whether its result is not handed over at once."""
        return not self.is_prompt and self.days != 0

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """What its record says of the time it takes, for the way in which it is filed."""
        return tuple(row for row in self.procedure.deadlines if row.channel == self.mode)


@dataclass(frozen=True)
class Visit:
    """One visit: to which desk, how many working days after the start at the earliest, and what is done there."""

    agency: str
    day: float
    tasks: tuple[Task, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The procedures that something is done for, in order."""
        return tuple(dict.fromkeys(task.code for task in self.tasks))

    @property
    def papers(self) -> tuple[str, ...]:
        """The papers that the citizen brings or gets there; not those that are at hand already."""
        return tuple(dict.fromkeys(paper for task in self.tasks for paper in (*task.brings, *task.gets)))

    def to_content(self) -> dict[str, Any]:
        """The visit as plain data, as channels receive it."""
        return {"agency": self.agency, "codes": list(self.codes), "papers": list(self.papers)}


@dataclass(frozen=True)
class Money:
    """What a plan costs: the sum of the fixed fees, which they are, and those that nobody can add to it.

    A task in ``unknown`` has no row that says whether anything is paid.
    """

    total: int
    counted: tuple[tuple[Task, Fee], ...]
    provincial: tuple[tuple[Task, Fee], ...]
    not_published: tuple[tuple[Task, Fee], ...]
    by_case: tuple[tuple[Task, Fee], ...]
    unknown: tuple[Task, ...]


@dataclass(frozen=True)
class Plan:
    """An ordered plan with the fewest visits.

    Attributes:
        visits: The visits to offices, in order.
        without_visit: What is filed online or by post, or where nobody says at which office.
        days: Working days from the first step to the last visit; what is in ``open_deadlines`` comes on top.
        days_to_end: Working days from the first step until the last result, likewise.
        is_rounded: Calendar days are counted as working days, five of seven.
        open_deadlines: The tasks whose records give no number of days.
        parallel: Groups of tasks that wait at the same time.
        fewest_if_prompt: The number of visits if every desk that publishes no time hands over at once, where smaller.
        is_exact: No plan has fewer visits; otherwise there were too many tasks to be sure.
    """

    goals: tuple[str, ...]
    visits: tuple[Visit, ...]
    without_visit: tuple[Task, ...]
    days: float
    days_to_end: float
    is_rounded: bool
    open_deadlines: tuple[Task, ...]
    money: Money
    parallel: tuple[tuple[Task, ...], ...]
    problems: tuple[PlanProblem, ...]
    fewest_if_prompt: int | None = None
    is_exact: bool = True

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Everything to do: first what needs no visit, then visit after visit."""
        return (*self.without_visit, *(task for visit in self.visits for task in visit.tasks))

    @property
    def procedures(self) -> tuple[Procedure, ...]:
        """The procedures that something is done for, each once."""
        return tuple({task.code: task.procedure for task in self.tasks}.values())


def plan(
    procedures: Mapping[str, Procedure],
    goals: Sequence[Goal],
    held: Collection[Paper] = (),
    lacking: Collection[Paper] = (),
    online: bool = False,
) -> Plan:
    """The plan with the fewest visits that reaches the goals.

    Args:
        procedures: The catalogue.
        goals: The procedures wanted, each with what is known of the citizen's case.
        held: Papers that the citizen has already.
        lacking: Papers that the citizen says are not at home, though people keep them there (an identity card).
        online: File online whatever can be; otherwise at the desk, and the plan says what could be online.
    """
    tasks, needs, problems = _Errands(procedures, goals, frozenset(held), frozenset(lacking), online).all()
    errands = _errands(tasks, needs)
    wanted = [goal.code for goal in goals if goal.code in tasks]
    found = itinerary.shortest(errands, wanted)
    prompt = {
        key: replace(errand, is_prompt=errand.is_prompt or errand.days is None) for key, errand in errands.items()
    }
    fewest = len(itinerary.shortest(prompt, wanted).stops)
    return replace(_plan(tasks, needs, found, wanted, problems), fewest_if_prompt=_if_fewer(fewest, found))


def errands(
    procedures: Mapping[str, Procedure], goals: Sequence[Goal], held: Collection[Paper] = ()
) -> dict[str, Errand]:
    """What a plan puts in order: every errand that the goals take, by key; those of goals have their codes."""
    tasks, needs, _ = _Errands(procedures, goals, frozenset(held), frozenset(), online=False).all()
    return _errands(tasks, needs)


@dataclass(frozen=True)
class Impossible:
    """A paper that cannot be got: what gives it needs, in the end, the procedure that it is for."""

    code: str
    document: str
    codes: tuple[str, ...]


def impossible(procedures: Mapping[str, Procedure]) -> list[Impossible]:
    """The papers that no plan can get, because what gives them needs in every case what they are needed for."""
    needs = {code: tuple(_surely_needed(procedure, procedures)) for code, procedure in procedures.items()}
    errands = {code: Errand(code, needs=groups) for code, groups in needs.items()}
    found = []
    for code, procedure in procedures.items():
        sources = {
            document.key: tuple(source for source in document.obtained_from if source in procedures)
            for document in procedure.documents
            if not document.condition
        }
        if any(sources.values()):
            before = itinerary.attainable({key: errand for key, errand in errands.items() if key != code})
            after = itinerary.attainable({**errands, code: Errand(code)})
            found += [
                Impossible(code, key, group)
                for key, group in sources.items()
                if before.isdisjoint(group) and not after.isdisjoint(group)
            ]
    return found


def _surely_needed(procedure: Procedure, procedures: Mapping[str, Procedure]) -> Iterator[tuple[str, ...]]:
    """The sources of each paper that a procedure needs in every case and nobody keeps at home."""
    for document in procedure.documents:
        sources = tuple(source for source in document.obtained_from if source in procedures)
        if sources and not document.when and not document.condition and not _needs_no_detour(procedure.code, document):
            yield sources


class _Errands:
    """Follows what the goals need from procedure to procedure, into tasks and what each of them needs."""

    def __init__(
        self,
        procedures: Mapping[str, Procedure],
        goals: Sequence[Goal],
        held: frozenset[Paper],
        lacking: frozenset[Paper],
        online: bool,
    ) -> None:
        self._procedures = procedures
        self._cases = {goal.code: goal.case for goal in goals}
        self._after = {goal.code: tuple((before,) for before in goal.after if before in self._cases) for goal in goals}
        self._held, self._lacking, self._online = held, lacking, online
        self._tasks: dict[str, Task] = {}
        self._needs: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._got: dict[tuple[str, tuple[str, ...]], list[Document]] = {}
        self._problems: list[PlanProblem] = []

    def all(self) -> tuple[dict[str, Task], dict[str, tuple[tuple[str, ...], ...]], list[PlanProblem]]:
        """The tasks by key, the groups of tasks that each one needs, and what stands in the way."""
        waiting = list(self._cases)
        for code in waiting:  # grows as errands are found
            if code not in self._procedures:
                self._problems.append(PlanProblem("unknown_goal", code))
            elif code not in self._tasks:
                waiting += self._add(code)
        self._break_cycles()
        self._name_what_is_got()
        return self._tasks, self._needs, self._problems

    def _add(self, code: str) -> list[str]:
        """Add the tasks of a procedure; the codes of those that it needs before."""
        mode, case = _mode_and_case(self._procedures[code], self._cases.get(code, {}), self._online)
        procedure = cases.select(self._procedures[code], case)
        groups: list[tuple[str, ...]] = list(self._after.get(code, ()))
        confirmed: list[str] = []
        for document in _sure_documents(procedure):
            sources = self._sources_of(procedure, document)
            if sources:
                groups.append(sources)
                self._got.setdefault((code, sources), []).append(document)
            elif (code, document.key) not in self._held and not _is_said_to_be_there(code, document, case):
                confirmed += self._add_confirmations(procedure, document)
        self._tasks[code] = self._task(procedure, mode)
        self._needs[code] = (*groups, *((key,) for key in confirmed))
        if _is_still_to_go(procedure, mode) and not self._tasks[code].desks:
            self._problems.append(PlanProblem("no_agency", code))
        return [source for group in groups for source in group]

    def _sources_of(self, procedure: Procedure, document: Document) -> tuple[str, ...]:
        """The procedures one of which must give a paper first; none if it is at hand or comes of none."""
        if (procedure.code, document.key) in self._held:
            return ()
        goals = tuple(source for source in document.obtained_from if source in self._cases)
        if _needs_no_detour(procedure.code, document) and (procedure.code, document.key) not in self._lacking:
            sources = goals  # a paper that is made on the way is not at home yet
        else:
            sources = document.obtained_from
        known = tuple(source for source in sources if source in self._procedures and source != procedure.code)
        if sources and not known:
            kind = "cycle" if procedure.code in sources else "unknown_source"
            self._problems.append(PlanProblem(kind, procedure.code, document, sources))
        return known

    def _add_confirmations(self, procedure: Procedure, document: Document) -> Iterator[str]:
        for row in procedure.confirmations:
            if row.document == document.key and _makes_a_visit(row, procedure):
                key = f"{procedure.code}/{document.key}/{comparable(row.agency)}"
                self._tasks[key] = Task(
                    key, procedure, row, desks=desks_of(row.agency), brings=(document.name,), gets=()
                )
                self._needs[key] = ()
                yield key

    def _task(self, procedure: Procedure, mode: str) -> Task:
        days, is_prompt = _wait(procedure, mode)
        sure = _sure_documents(procedure)
        on_sure = {document.key for document in sure}
        held = [document for document in sure if (procedure.code, document.key) in self._held]
        firm = [row for row in procedure.confirmations if _is_firm(row)]
        return Task(
            key=procedure.code,
            procedure=procedure,
            mode=mode,
            desks=_desks(procedure.agencies) if _is_still_to_go(procedure, mode) else (),
            days=days,
            is_prompt=is_prompt,
            brings=tuple(document.name for document in sure if document not in held),
            has=tuple(document.name for document in held),
            gets=tuple(_papers_got(procedure)) if procedure.code in self._cases else (),
            if_needed=tuple(row for row in procedure.documents if row.condition and not row.when),
            signed_at_home=tuple(row for row in firm if row.document in on_sure and is_person(row.agency)),
            between_offices=tuple(row for row in firm if row.document is None and not is_person(row.agency)),
        )

    def _break_cycles(self) -> None:
        """Report and drop each need that nothing can meet, until all tasks can be done."""
        while True:
            errands = {key: Errand(key, needs=groups) for key, groups in self._needs.items()}
            possible = itinerary.attainable(errands)
            stuck = next((key for key in errands if key not in possible), None)
            if stuck is None:
                return
            for group in self._needs[stuck]:
                if possible.isdisjoint(group):
                    papers = self._got.pop((stuck, group), [])
                    self._problems += [PlanProblem("cycle", stuck, document, group) for document in papers]
            self._needs[stuck] = tuple(group for group in self._needs[stuck] if not possible.isdisjoint(group))

    def _name_what_is_got(self) -> None:
        """Of a procedure on the way, what comes of it are the papers that it is done for."""
        for (_, sources), documents in self._got.items():
            for source in sources:
                task = self._tasks[source]
                names = (document.name for document in documents)
                if source not in self._cases or not task.gets:  # a goal's own results have their names
                    self._tasks[source] = replace(task, gets=tuple(dict.fromkeys((*task.gets, *names))))


def _sure_documents(procedure: Procedure) -> list[Document]:
    """The papers that are needed for sure."""
    if "documents" in procedure.withheld:
        return []
    return [document for document in procedure.documents if not document.when and not document.condition]


def _papers_got(procedure: Procedure) -> Iterator[str]:
    for row in procedure.results:
        if not row.when and not any(comparable(words) in comparable(row.name) for words in _known()["no_paper"]):
            yield row.name


def _needs_no_detour(code: str, document: Document) -> bool:
    """Whether a paper is at home anyway, or can be written there, though a procedure gives it."""
    exempt = _known()["no_detour"]
    of_procedure: Sequence[str] = exempt["documents"].get(code, ())
    return document.key in of_procedure or not set(exempt["results_of"]).isdisjoint(document.obtained_from)


def _is_said_to_be_there(code: str, document: Document, case: Mapping[str, str]) -> bool:
    """Whether an answer about the case says that the citizen has a paper."""
    said: Mapping[str, str] = _known()["said_to_be_there"].get(code, {}).get(document.key, {})
    return bool(said) and all(case.get(question) == answer for question, answer in said.items())


def _is_firm(row: Confirmation) -> bool:
    return row.status != "proposed" and not row.electronic_lookup and not row.condition and not row.when


def _makes_a_visit(row: Confirmation, procedure: Procedure) -> bool:
    return _is_firm(row) and not is_person(row.agency) and not handles(procedure.agencies, row.agency)


def _desks(agencies: Sequence[Agency]) -> tuple[Desk, ...]:
    """Where a dossier is taken: the agencies that receive, or else perform or decide; sure ones before others."""
    for role in ("receives", "performs", "decides"):
        rows = [row for row in agencies if row.role == role]
        firm = [row for row in rows if not row.when]
        sure = [row for row in firm if not row.condition]
        chosen = sure or firm or rows
        if chosen:
            return tuple(dict.fromkeys(desk for row in chosen for desk in desks_of(row.name)))
    return ()


def _mode_and_case(procedure: Procedure, case: Mapping[str, str], online: bool) -> tuple[str, Mapping[str, str]]:
    """How a dossier is filed, and the case with the answer that says so, where the procedure asks."""
    filing = _known()["filing"]
    modes = {answer: mode for mode, answers in filing["answers"].items() for answer in answers}
    if case.get(filing["question"]) in modes:
        return modes[case[filing["question"]]], case
    kinds = [channel.kind for channel in procedure.channels]
    preferred = ("online", "in_person", "post") if online else ("in_person", "online", "post")
    mode = next((kind for kind in preferred if kind in kinds), "in_person")
    answers = [answer.key for answer in cases.answers_of(procedure, filing["question"])]
    own = next((answer for answer in answers if modes.get(answer) == mode), None)
    return mode, case if own is None else {**case, filing["question"]: own}


def _is_still_to_go(procedure: Procedure, mode: str) -> bool:
    """Whether one must go to the desk for a dossier that is filed so."""
    notes = [comparable(row.note) for row in procedure.channels if row.kind == mode and row.note and mode == "online"]
    words = [comparable(words) for words in _known()["still_to_go"]]
    return mode == "in_person" or any(f" {word} " in f" {note} " for word in words for note in notes)


def _wait(procedure: Procedure, mode: str) -> tuple[float | None, bool]:
    """Working days until the result (None: no one number holds for sure), and whether one waits at the desk for it."""
    firm = [row for row in procedure.deadlines if row.channel == mode and not row.when and not row.condition]
    if len(firm) != 1 or "deadlines" in procedure.withheld:
        return None, False
    row = firm[0]
    if row.amount is None:
        said = comparable(row.text)
        is_prompt = any(comparable(words) in said for words in _known()["same_day"])
        return (0, True) if is_prompt else (None, False)
    if row.unit == "working_day":
        return row.amount, row.amount == 0
    if row.unit == "day":
        return ceil(row.amount * WORKING_DAYS / 7), row.amount == 0
    return (0, True) if row.amount <= MOST_HOURS_WAITED else (ceil(row.amount / 24), False)


def _is_rounded(task: Task) -> bool:
    return task.days is not None and any(row.unit == "day" for row in task.deadlines)


def _errands(tasks: Mapping[str, Task], needs: Mapping[str, tuple[tuple[str, ...], ...]]) -> dict[str, Errand]:
    return {
        key: Errand(key, tuple(desk.key for desk in task.desks), needs[key], task.days, task.is_prompt)
        for key, task in tasks.items()
    }


def _if_fewer(visits: int, found: Itinerary) -> int | None:
    return visits if visits < len(found.stops) else None


def _plan(
    tasks: Mapping[str, Task],
    needs: Mapping[str, tuple[tuple[str, ...], ...]],
    found: Itinerary,
    goals: Sequence[str],
    problems: Sequence[PlanProblem],
) -> Plan:
    names = {desk.key: desk.name for task in reversed(list(tasks.values())) for desk in task.desks}
    visits = tuple(
        Visit(names[stop.place], stop.day, tuple(tasks[key] for key in stop.errands)) for stop in found.stops
    )
    done = [tasks[key] for key in found.ready]
    return Plan(
        goals=tuple(goals),
        visits=visits,
        without_visit=tuple(tasks[key] for key in found.without_visit),
        days=found.days,
        days_to_end=found.days_to_end,
        is_rounded=any(_is_rounded(task) for task in done),
        open_deadlines=tuple(task for task in done if task.days is None),
        money=_money([task for task in done if task.confirmation is None]),
        parallel=tuple(tuple(tasks[key] for key in group) for group in _parallel(tasks, needs, found)),
        problems=tuple(problems),
        is_exact=found.is_exact,
    )


def _parallel(
    tasks: Mapping[str, Task], needs: Mapping[str, tuple[tuple[str, ...], ...]], found: Itinerary
) -> list[tuple[str, ...]]:
    """The groups of tasks that wait at the same time, none of them within another."""
    groups: list[tuple[str, ...]] = []
    visited: set[str] = set(found.without_visit)
    moments = [(0.0, ()), *((stop.day, stop.errands) for stop in found.stops)]
    for day, errands in moments:
        visited.update(errands)
        used = {key for task in visited for group in needs[task] for key in group}
        waiting = tuple(key for key in found.ready if key in visited and _is_waiting(tasks[key], found, day, used))
        if len(waiting) > 1:
            groups = [group for group in groups if not set(group) <= set(waiting)]
            if not any(set(waiting) <= set(group) for group in groups):
                groups.append(waiting)
    return groups


def _is_waiting(task: Task, found: Itinerary, day: float, used: Collection[str]) -> bool:
    ready = found.ready[task.key]
    if task.days is None:
        return task.waits and task.confirmation is None and ready <= day and task.key not in used
    return task.waits and ready - task.days <= day < ready


def _money(tasks: Sequence[Task]) -> Money:
    rows = [(task, fee) for task in tasks for fee in _fees_of(task)]
    sure = [(task, fee) for task, fee in rows if not fee.when and not fee.condition]
    counted = tuple((task, fee) for task, fee in sure if fee.kind == "fixed")
    return Money(
        total=sum(fee.amount or 0 for _, fee in counted),
        counted=counted,
        provincial=tuple((task, fee) for task, fee in sure if fee.kind == "provincial"),
        not_published=tuple((task, fee) for task, fee in sure if fee.kind == "not_published"),
        by_case=tuple((task, fee) for task, fee in rows if (fee.when or fee.condition) and fee.kind != "free"),
        unknown=tuple(task for task in tasks if not _fees_of(task)),
    )


def _fees_of(task: Task) -> list[Fee]:
    """The fees of a task for the way in which it is filed."""
    if "fees" in task.procedure.withheld:
        return []
    return [fee for fee in task.procedure.fees if not fee.channels or task.mode in fee.channels]


@cache
def _known() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(JOURNEY.read_text(encoding="utf-8")))
