"""What is known of a procedure, as plain immutable values (terms of CPSV-AP 3.2).

Every part of a procedure is one small dataclass and one table of the same name and columns
(``bot.procedures.tables``). ``when`` is the case a row belongs to: case question → the answers
that select it; an empty mapping means every case. Texts are Vietnamese, dates are ``date``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any

When = Mapping[str, tuple[str, ...]]

#: What a citizen can ask about a procedure, in the order in which a full answer tells it.
ASPECTS = (
    "overview",
    "conditions",
    "documents",
    "forms",
    "confirming_agencies",
    "agency",
    "channels",
    "steps",
    "deadline",
    "fee",
    "result",
    "legal_basis",
)


@dataclass(frozen=True)
class Saying:
    """How citizens name (style ``name``) or ask for a procedure."""

    style: str
    text: str


@dataclass(frozen=True)
class Twin:
    """A procedure this one is confused with, and the plain question that tells them apart."""

    code: str
    question: str


@dataclass(frozen=True)
class CaseQuestion:
    """A question whose answers select rows."""

    key: str
    question: str
    when: When = field(default_factory=dict)


@dataclass(frozen=True)
class CaseAnswer:
    """One answer of a case question; ``case_name`` completes 'Trường hợp …'."""

    question: str
    key: str
    label: str
    case_name: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """Thành phần hồ sơ; 0 originals and 0 copies mean that the record gives no number.

    ``heading`` is what the published record lists it under, where that is no case.
    """

    key: str
    name: str
    action: str
    originals: int
    copies: int
    form: str | None = None
    when: When = field(default_factory=dict)
    condition: str | None = None
    note: str | None = None
    obtained_from: tuple[str, ...] = ()
    heading: str | None = None


@dataclass(frozen=True)
class DocumentNote:
    """What holds for all papers."""

    text: str


@dataclass(frozen=True)
class Form:
    """Mẫu đơn, tờ khai."""

    key: str
    name: str
    number: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Confirmation:
    """Who must confirm what, on which document or at which step (1-based), and what says so.

    One that was drawn from a published text is ``proposed`` until staff accept it; ``quote`` is the passage.
    """

    agency: str
    confirms: str
    reference_document: str
    reference_provision: str
    document: str | None = None
    step: int | None = None
    when: When = field(default_factory=dict)
    condition: str | None = None
    electronic_lookup: bool | None = None
    note: str | None = None
    status: str = "accepted"
    quote: str | None = None


@dataclass(frozen=True)
class Agency:
    """An agency in one role: receives, decides, performs, coordinates or authorised."""

    role: str
    name: str
    level: str | None = None
    when: When = field(default_factory=dict)
    condition: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Channel:
    """A way to file: in_person, online or post."""

    kind: str
    note: str | None = None


@dataclass(frozen=True)
class Deadline:
    """How long it takes when filed by one channel; amount and unit where it is a plain number."""

    channel: str
    text: str
    amount: float | None = None
    unit: str | None = None
    when: When = field(default_factory=dict)
    condition: str | None = None


@dataclass(frozen=True)
class Fee:
    """Phí, lệ phí: fixed (amount in đồng), free, provincial or not_published."""

    name: str
    kind: str
    amount: int | None = None
    per: str | None = None
    channels: tuple[str, ...] = ()
    when: When = field(default_factory=dict)
    condition: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    reference: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Step:
    """Trình tự: who does what, and within which time; numbered from 1 over all cases."""

    number: int
    who: str
    what: str
    time_limit: str | None = None
    when: When = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """Kết quả thực hiện."""

    name: str
    note: str | None = None
    when: When = field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """Yêu cầu, điều kiện."""

    text: str
    when: When = field(default_factory=dict)


@dataclass(frozen=True)
class LegalBasis:
    """Căn cứ pháp lý."""

    number: str
    name: str
    issued_on: date | None = None


@dataclass(frozen=True)
class Flag:
    """A dubious place in a published record: of which kind, in which part, and its words.

    A part with a ``withheld`` flag is kept out of answers, which send to the official page instead.
    """

    kind: str
    part: str
    quote: str
    withheld: bool = False


@dataclass(frozen=True)
class Procedure:
    """A procedure with all its rows, in the order in which its definition gives them.

    ``origin`` says where its details are from: a curated definition, a table that staff brought in, or the portal.
    """

    code: str
    name: str
    short_name: str
    field: str
    levels: tuple[str, ...]
    applicants: tuple[str, ...]
    scope: str
    url: str
    checked_on: date
    details: str
    summary: str
    origin: str = "curated"
    publisher: str | None = None
    decision_number: str | None = None
    decision_date: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    sayings: tuple[Saying, ...] = ()
    twins: tuple[Twin, ...] = ()
    case_questions: tuple[CaseQuestion, ...] = ()
    case_answers: tuple[CaseAnswer, ...] = ()
    documents: tuple[Document, ...] = ()
    document_notes: tuple[DocumentNote, ...] = ()
    forms: tuple[Form, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    agencies: tuple[Agency, ...] = ()
    channels: tuple[Channel, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    fees: tuple[Fee, ...] = ()
    steps: tuple[Step, ...] = ()
    results: tuple[Result, ...] = ()
    conditions: tuple[Condition, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    flags: tuple[Flag, ...] = ()

    def in_force(self, on: date) -> bool:
        """Whether the procedure is valid on a day."""
        return in_force(self, on)

    @property
    def is_listed_only(self) -> bool:
        """Whether only its entry in the list is known, with no details."""
        return self.details == "listed"

    @property
    def is_imported(self) -> bool:
        """Whether its details are the portal's own words, which nobody has curated."""
        return self.origin == "portal"

    @property
    def withheld(self) -> frozenset[str]:
        """The parts that are kept out of answers."""
        return frozenset(flag.part for flag in self.flags if flag.withheld)

    @property
    def everyday_names(self) -> tuple[str, ...]:
        """What people call it, in the order in which the data gives the names."""
        return tuple(saying.text for saying in self.sayings if saying.style == "name")


#: The parts of a procedure: attribute name → the class of its rows.
PARTS: dict[str, type[Any]] = {
    "sayings": Saying,
    "twins": Twin,
    "case_questions": CaseQuestion,
    "case_answers": CaseAnswer,
    "documents": Document,
    "document_notes": DocumentNote,
    "forms": Form,
    "confirmations": Confirmation,
    "agencies": Agency,
    "channels": Channel,
    "deadlines": Deadline,
    "fees": Fee,
    "steps": Step,
    "results": Result,
    "conditions": Condition,
    "legal_basis": LegalBasis,
    "flags": Flag,
}


def in_force(row: Procedure | Agency | Fee, on: date) -> bool:
    """Whether a dated row is valid on a day; both ends are included, an open end is unlimited."""
    started = row.valid_from is None or row.valid_from <= on
    return started and (row.valid_to is None or on <= row.valid_to)


def from_definition(data: Mapping[str, Any]) -> Procedure:
    """The procedure that a checked definition file describes."""
    head = {name: data[name] for name in _column_names(Procedure) if name in data and name not in PARTS}
    decision = data.get("decision", {})
    head |= {"decision_number": decision.get("number"), "decision_date": decision.get("date")}
    rows: dict[str, list[Mapping[str, Any]]] = {part: list(data.get(part, [])) for part in PARTS if part != "sayings"}
    rows["sayings"] = _saying_rows(data)
    rows["case_answers"] = [
        {**answer, "case_name": answer["case"], "question": question["key"]}
        for question in rows["case_questions"]
        for answer in question["answers"]
    ]
    rows["steps"] = [{**step, "number": number} for number, step in enumerate(rows["steps"], start=1)]
    rows["document_notes"] = [{"text": text} for text in data.get("document_notes", [])]
    rows["deadlines"] = [
        {**deadline, "channel": channel["kind"]} for channel in rows["channels"] for deadline in channel["deadlines"]
    ]
    rows["confirmations"] = [
        {
            **row,
            "reference_document": row["reference"]["document"],
            "reference_provision": row["reference"]["provision"],
        }
        for row in rows["confirmations"]
    ]
    parts = {part: tuple(build(kind, row) for row in rows[part]) for part, kind in PARTS.items()}
    return build(Procedure, {**head, **parts})  # type: ignore[no-any-return]


def to_content(procedure: Procedure) -> dict[str, Any]:
    """A procedure as plain data for JSON; what is at its default is left out."""
    content: dict[str, Any] = _plain(procedure)
    return content


def from_content(content: Mapping[str, Any]) -> Procedure:
    """The procedure that :func:`to_content` gave."""
    parts = {part: tuple(build(kind, row) for row in content.get(part, ())) for part, kind in PARTS.items()}
    return build(Procedure, {**content, **parts})  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        given = ((column.name, getattr(value, column.name), column.default) for column in fields(value))
        return {name: _plain(item) for name, item, default in given if item != default and item != {}}
    return value


def build(kind: type[Any], row: Mapping[str, Any]) -> Any:
    """A dataclass of a kind from a mapping; lists become tuples, ISO texts of dates become dates."""
    names = _column_names(kind)
    return kind(**{name: _value(name, row[name]) for name in names if row.get(name) is not None})


def _column_names(kind: type[Any]) -> list[str]:
    return [column.name for column in fields(kind)]


def _saying_rows(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    named: list[Mapping[str, Any]] = [{"style": "name", "text": text} for text in data["names"]]
    return named + [{"style": style, "text": text} for style, texts in data["sayings"].items() for text in texts]


DATE_COLUMNS = {"valid_from", "valid_to", "checked_on", "decision_date", "issued_on"}


def _value(name: str, value: Any) -> Any:
    if name in DATE_COLUMNS and isinstance(value, str):
        return date.fromisoformat(value)
    if name == "when":
        return {question: tuple(answers) for question, answers in value.items()}
    return tuple(value) if isinstance(value, list) else value
