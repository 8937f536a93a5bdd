"""Yes or no to a citizen's question, wherever the rows of a procedure surely decide it; nothing where they do not.

Absence decides only in a curated record, in a part that is not withheld, and where no other row touches the matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.language.text import fold
from bot.procedures import yes_no
from bot.procedures.model import Agency, Confirmation, Deadline, Document, Fee, Procedure
from bot.procedures.yes_no import Paper, Question

_SENTENCE_END = re.compile(r"[.;](?: |$)")
YES, NO, DEPENDS = "yes", "no", "depends"
#: So many rows are told; the others are counted.
MOST_ROWS = 3
#: Longer texts are told with their aspect, not quoted in a verdict.
LONGEST_QUOTE = 220


@dataclass(frozen=True)
class Verdict:
    """An answer (yes, no, depends) and the rows that decide it.

    ``about`` names the sentence of verdict.j2 that tells it; ``quotes`` are words of other rows that it repeats.
    """

    answer: str
    about: str
    rows: tuple[Any, ...] = ()
    quotes: tuple[str, ...] = ()
    lead: str = "có"
    paper: str = ""


def verdicts(procedure: Procedure, text: str) -> tuple[Verdict, ...]:
    """What the rows decide of the yes/no questions in a text.

    Args:
        procedure: The procedure, narrowed to the citizen's case by :func:`bot.procedures.cases.select`.
        text: What the citizen typed, in any style.
    """
    if procedure.is_listed_only:
        return ()
    found: list[Verdict] = []
    for question in yes_no.read(text, _own_words(procedure)):
        verdict = _decide(procedure, question)
        if verdict is not None and verdict not in found:
            found.append(verdict)
    return tuple(found)


def _decide(procedure: Procedure, question: Question) -> Verdict | None:
    part, decide = _DECIDERS[question.topic]
    return None if part in procedure.withheld else decide(procedure, question)


def _own_words(procedure: Procedure) -> set[str]:
    names = (procedure.name, procedure.short_name, *procedure.everyday_names)
    return {word for name in names for word in fold(name).split()}


# -- channels -----------------------------------------------------------------------------------------------------


def _online(procedure: Procedure, question: Question) -> Verdict | None:
    return _by_channel(procedure, question, "online")


def _post(procedure: Procedure, question: Question) -> Verdict | None:
    return _by_channel(procedure, question, "post")


def _by_channel(procedure: Procedure, question: Question, kind: str) -> Verdict | None:
    row = next((row for row in procedure.channels if row.kind == kind), None)
    if question.negated:
        return None
    if row is None:
        others = procedure.channels
        is_sure = others and not procedure.is_imported and not any(_says(kind, text) for text in _prose(procedure))
        return Verdict(NO, f"no_{kind}", others) if is_sure else None
    if _says("not_for_filing", row.note):
        return Verdict(NO, "channel_note", (row,))
    if _says("limited", row.note):
        return Verdict(DEPENDS, "channel_note", (row,))
    return Verdict(YES, "channel", (row,), lead=question.lead)


def _in_person(procedure: Procedure, question: Question) -> Verdict | None:
    """Whether one has to go there: not to file where another way is open; but some must come in spite of it."""
    if question.negated or question.names("post") or not procedure.channels:
        return None
    remote = tuple(
        row for row in procedure.channels if row.kind != "in_person" and not _says("not_for_filing", row.note)
    )
    if not remote:
        sure = not procedure.is_imported and not any(_says("online", text) for text in _prose(procedure))
        return Verdict(YES, "in_person", procedure.channels) if sure else None
    here = [text for row in procedure.channels if (text := row.note)] + [row.text for row in procedure.conditions]
    coming = next((part for text in here for part in _sentences(text) if _says("presence", part)), None)
    if coming is not None:
        return Verdict(DEPENDS, "coming", remote, (coming,)) if len(coming) <= LONGEST_QUOTE else None
    if any(_says("presence", text) for text in _prose(procedure)) or any(_says("limited", row.note) for row in remote):
        return None
    return None if procedure.is_imported else Verdict(NO, "remote", remote)


# -- offices --------------------------------------------------------------------------------------------------------


def _commune(procedure: Procedure, question: Question) -> Verdict | None:
    """Whether a commune takes the dossier: its own office, or a centre, as any centre of the province does."""
    if question.negated or all(row.kind != "in_person" for row in procedure.channels):
        return None
    rows = [row for row in _receiving(procedure) if _is_the_one_meant(row, question)]
    sure = [row for row in rows if not (row.when or row.condition or _says("some_places", row.name))]
    open_rows = [row for row in rows if row not in sure]
    if sure:
        return Verdict(YES, "office", tuple(sure[:1]), lead=question.lead)
    return Verdict(DEPENDS, "office", tuple(open_rows)) if 0 < len(open_rows) <= MOST_ROWS else None


def _province(procedure: Procedure, question: Question) -> Verdict | None:
    """Whether one has to go to the province's office."""
    if question.negated:
        return None
    rows = _receiving(procedure)
    near = [row for row in rows if _is_near(row)]
    if near:
        sure = [row for row in near if not row.when and not row.condition]
        return Verdict(NO, "office", tuple(sure[:1])) if sure else None
    own = rows and all(row.level == "province" and _says("own_desk", row.name) and not row.when for row in rows)
    if not own or len(rows) > MOST_ROWS:
        return None
    remote = any(row.kind == "online" for row in procedure.channels)
    return Verdict(DEPENDS if remote else YES, "far_office", tuple(rows))


def _receiving(procedure: Procedure) -> list[Agency]:
    return [row for row in procedure.agencies if row.role == "receives"]


def _is_near(row: Agency) -> bool:
    return row.level == "commune" or (row.level is None and fold(row.name) == "trung tam phuc vu hanh chinh cong")


def _is_the_one_meant(row: Agency, question: Question) -> bool:
    asked_police = _says("police", question.words)
    if not _is_near(row):
        return False
    if asked_police:
        return _says("police", row.name)
    return not _says("committee", question.words) or not _says("police", row.name)


# -- papers ---------------------------------------------------------------------------------------------------------


def _paper(procedure: Procedure, question: Question) -> Verdict | None:
    paper = question.paper
    if paper is None or paper.rows.search(fold(f"{procedure.short_name} {procedure.name}")):
        return None  # a procedure about the paper itself: what is asked was meant for another one
    verdict = _need(procedure, paper)
    if verdict is None or (question.owned and verdict.answer != NO):
        return None
    if not question.negated:
        return verdict
    if verdict.answer == YES:
        return None if question.words.startswith("thieu") else _but(verdict, NO, "can_not_do_without", question)
    return _but(verdict, YES, verdict.about, question) if verdict.answer == NO else verdict


def _but(verdict: Verdict, answer: str, about: str, question: Question) -> Verdict:
    lead = question.lead if question.lead != "có" else "đúng"
    return Verdict(answer, about, verdict.rows, verdict.quotes, lead, verdict.paper)


def _need(procedure: Procedure, paper: Paper) -> Verdict | None:
    named = _naming(procedure, paper)
    if named:
        return _need_of(procedure, paper, named)
    if procedure.is_imported:
        return None
    waiver = next((text for text in _notes(procedure) if _waives(text, paper)), None)
    if waiver is not None:
        return Verdict(NO, "waived", quotes=(waiver,), paper=paper.name)
    touched = any(_touches(paper, text) for text in _all_about_papers(procedure))
    leaves_open = any(_says("unnamed", f"{row.name} {row.note or ''}") for row in procedure.documents)
    if touched or not procedure.documents or (leaves_open and paper.instead is None):
        return None
    instead = tuple(row for row in procedure.documents if paper.instead and paper.instead.search(fold(row.name)))
    return Verdict(NO, "not_required", instead[:1] if len(instead) == 1 else (), paper=paper.name)


def _need_of(procedure: Procedure, paper: Paper, named: tuple[Document, ...]) -> Verdict | None:
    sure = [row for row in named if not (row.when or row.condition or row.heading)]
    plain = [
        row for row in sure if not _says("alternative", row.name.split(" do ")[0]) and not _says("lifted", row.note)
    ]
    if plain:
        lifted = any(paper.rows.search(fold(text)) for text in _notes(procedure) if _says("lifted", text))
        return None if lifted else Verdict(YES, "required", tuple(plain[:1]), paper=paper.name)
    return Verdict(DEPENDS, "required", tuple(sure or named), paper=paper.name)


def _waives(text: str, paper: Paper) -> bool:
    told = [part for part in map(fold, _sentences(text)) if _says_first(part)]
    here = any(paper.rows.search(part) for part in told)
    return here or (any(_says("this_paper", part) for part in told) and paper.rows.search(fold(text)) is not None)


def _says_first(part: str) -> bool:
    return yes_no.row_phrases("waived").match(part) is not None


def _touches(paper: Paper, text: str) -> bool:
    folded = fold(text)
    covered = paper.covered is not None and paper.covered.search(folded) is not None
    return covered or paper.rows.search(folded) is not None


def _notes(procedure: Procedure) -> list[str]:
    return [row.text for row in procedure.document_notes]


def _all_about_papers(procedure: Procedure) -> Iterator[str]:
    for row in procedure.documents:
        yield from (text for text in (row.name, row.note, row.condition, row.heading) if text)
    yield from _notes(procedure)
    yield from (row.text for row in procedure.conditions)
    yield from (f"{row.confirms} {row.note or ''}" for row in procedure.confirmations if not row.electronic_lookup)


# -- certification, confirmation -------------------------------------------------------------------------------------


def _certification(procedure: Procedure, question: Question) -> Verdict | None:
    """Whether a named paper must be certified: only where its rows say so, or say that it need not be."""
    rows = _rows_of(procedure, question)
    saying = tuple(row for row in rows if _says("certification", f"{row.name} {row.note or ''}"))
    if question.negated or not saying:
        return None
    spared = [row for row in saying if _says("uncertified", f"{row.name} {row.note or ''}")]
    if len(spared) == len(rows):
        return Verdict(NO, "paper_note", saying)
    return Verdict(DEPENDS, "paper_note", saying)


def _copy(procedure: Procedure, question: Question) -> Verdict | None:
    """Whether a copy of a named paper will do: only where its rows say so."""
    rows = _rows_of(procedure, question)
    if question.negated or not rows:
        return None
    if all(_says("either_copy", row.note) or (row.copies and not row.originals) for row in rows):
        certified = any(_says("certification", f"{row.name} {row.note or ''}") for row in rows)
        return Verdict(DEPENDS if certified else YES, "paper_note", rows, lead=question.lead)
    return None


def _rows_of(procedure: Procedure, question: Question) -> tuple[Document, ...]:
    return _naming(procedure, question.paper) if question.paper is not None else ()


def _naming(procedure: Procedure, paper: Paper) -> tuple[Document, ...]:
    """The rows that are the paper; a form for getting it only bears its name."""
    return tuple(
        row
        for row in procedure.documents
        if (found := paper.rows.search(fold(row.name))) and not _says("form", fold(row.name)[: found.start()])
    )


def _confirmation(procedure: Procedure, question: Question) -> Verdict | None:
    """Whether the citizen has to go and ask for a confirmation."""
    if question.negated:
        return None
    rows = [row for row in procedure.confirmations if _is_to_ask_for(row)]
    meant = {named for said, named in yes_no.confirming().items() if f" {said} " in f" {question.words} "}
    if meant:
        rows = [row for row in rows if any(named in fold(row.agency) for named in meant)]
    if not rows:
        return None if meant else _no_confirmation(procedure)
    sure = [row for row in rows if not (row.when or row.condition)]
    return Verdict(YES if sure else DEPENDS, "confirmation", tuple(sure or rows))


def _no_confirmation(procedure: Procedure) -> Verdict | None:
    told = any(_says("confirmation", text) for row in procedure.documents for text in (row.name, row.note))
    if procedure.is_imported or told or any(not row.electronic_lookup for row in procedure.confirmations):
        return None
    return Verdict(NO, "no_confirmation", tuple(procedure.confirmations[:1]))


def _is_to_ask_for(row: Confirmation) -> bool:
    return row.document is not None and not row.electronic_lookup and row.status == "accepted"


# -- fees, deadlines, forms, on behalf, at home ----------------------------------------------------------------------


def _fee(procedure: Procedure, question: Question) -> Verdict | None:
    verdict = _fees(procedure)
    asks_free = question.names("free")
    if verdict is None or verdict.answer == DEPENDS or asks_free == question.negated:
        return verdict
    flipped = NO if verdict.answer == YES else YES
    return Verdict(flipped, verdict.about, verdict.rows, lead=question.lead if asks_free else "đúng")


def _fees(procedure: Procedure) -> Verdict | None:
    rows = [row for row in procedure.fees if not (row.kind == "not_published" and _is_extra(row))]
    kinds = {row.kind for row in rows}
    if not rows:
        return None
    sure = {row.kind for row in rows if not (row.when or row.condition)}
    if kinds == {"free"}:
        owes_no_more = sure and not any(_says("other_money", row.note) for row in rows)
        return Verdict(NO if owes_no_more else DEPENDS, "fee", tuple(rows))
    if "not_published" in kinds:
        return None
    if "provincial" in kinds:
        return Verdict(DEPENDS, "fee", tuple(rows))
    if kinds == {"fixed"} and not any(_says("exempt", row.condition) for row in rows):
        return Verdict(YES, "fee", tuple(rows))
    exempt_only = all(row.condition for row in rows if row.kind == "free")
    always = "fixed" in sure or (exempt_only and _cover_every_case(procedure, [r for r in rows if r.kind == "fixed"]))
    return Verdict(YES if always else DEPENDS, "fee", tuple(rows))


def _cover_every_case(procedure: Procedure, rows: Sequence[Fee]) -> bool:
    """Whether rows without a condition hold, between them, for every answer of one case question."""
    answered: dict[str, set[str]] = {}
    for row in rows:
        if len(row.when) == 1 and row.condition is None:
            for question, answers in row.when.items():
                answered.setdefault(question, set()).update(answers)
    return any(
        keys >= {answer.key for answer in procedure.case_answers if answer.question == question}
        for question, keys in answered.items()
    )


def _is_extra(row: Fee) -> bool:
    return _says("extra", row.name)


def _speed(procedure: Procedure, question: Question) -> Verdict | None:
    rows = procedure.deadlines
    takes_days = rows and all(_is_days(row) for row in rows)
    return Verdict(NO, "deadline", _different(rows)) if takes_days and not question.negated else None


def _is_days(row: Deadline) -> bool:
    return row.unit in ("day", "working_day") and (row.amount or 0) >= 2 and not _says("at_once", row.text)


def _different(rows: Sequence[Deadline]) -> tuple[Deadline, ...]:
    return tuple({row.text: row for row in rows}.values())[:MOST_ROWS]


def _form(procedure: Procedure, question: Question) -> Verdict | None:
    is_told = procedure.forms and not question.negated and "documents" not in procedure.withheld
    return Verdict(YES, "form", procedure.forms) if is_told else None


def _behalf(procedure: Procedure, question: Question) -> Verdict | None:
    if question.negated:
        return None
    texts = [*(row.text for row in procedure.conditions), *_notes(procedure)]
    texts += [row.note for row in procedure.channels if row.note]
    refusal = next((text for text in texts if _says("no_proxy", text)), None)
    papers = tuple(row for row in procedure.documents if _says("proxy_paper", row.name))
    if refusal is not None:
        told = len(refusal) <= LONGEST_QUOTE
        return Verdict(DEPENDS if papers else NO, "quoted", quotes=(refusal,)) if told else None
    if any(_says("presence", text) for text in (*texts, *_prose(procedure))):
        return None
    if papers:
        return Verdict(YES, "behalf", papers[:MOST_ROWS], lead="được")
    allowed = next((text for text in texts if _says("proxy_allowed", text) and len(text) <= LONGEST_QUOTE), None)
    return Verdict(YES, "quoted", quotes=(allowed,), lead="được") if allowed else None


def _home(procedure: Procedure, question: Question) -> Verdict | None:
    notes = [row.note for row in procedure.channels] + [row.note for row in procedure.results]
    texts = [note for note in notes if note]
    for text in texts:
        if _says("delivered", text) and _says("delivering", text) and not question.negated:
            return Verdict(YES, "quoted", quotes=(text,), lead="được")
    return None


# -- reading rows -----------------------------------------------------------------------------------------------------


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text)]


def _says(key: str, text: str | None) -> bool:
    return text is not None and yes_no.row_phrases(key).search(fold(text)) is not None


def _prose(procedure: Procedure) -> Iterator[str]:
    """All that rows say at length, where another way or an exception may be told."""
    yield from (f"{row.what} {row.time_limit or ''}" for row in procedure.steps)
    yield from (row.text for row in procedure.conditions)
    yield from _notes(procedure)
    yield from (text for row in procedure.documents for text in (row.name, row.note, row.condition) if text)
    yield from (row.note for row in procedure.channels if row.note)
    yield from (answer.case_name for answer in procedure.case_answers)


_DECIDERS: dict[str, tuple[str, Callable[[Procedure, Question], Verdict | None]]] = {
    "paper": ("documents", _paper),
    "fee": ("fees", _fee),
    "free": ("fees", _fee),
    "behalf": ("documents", _behalf),
    "home": ("channels", _home),
    "certification": ("documents", _certification),
    "copy": ("documents", _copy),
    "confirmation": ("confirmations", _confirmation),
    "speed": ("deadlines", _speed),
    "form": ("forms", _form),
    "province": ("agencies", _province),
    "in_person": ("channels", _in_person),
    "post": ("channels", _post),
    "online": ("channels", _online),
    "commune": ("agencies", _commune),
}
