"""From a record of the portal to a procedure: rows where the record is clear, flags where it is not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.procedures.model import Agency, Channel, Condition, Document, Flag, LegalBasis, Procedure, Result
from bot.records.agencies import read_agencies
from bot.records.confirmations import read_confirmations
from bot.records.deadlines import read_channels, read_deadlines
from bot.records.fees import read_fees
from bot.records.papers import read_papers
from bot.records.prose import lines, says_nothing, without_bullet
from bot.records.reading import ADDRESS
from bot.records.record import Record
from bot.records.steps import read_steps

WORDS = Path(__file__).with_name("words.yml")
NATIONAL = "national"
_THE_WORD_PROCEDURE = re.compile(r"^(?:thủ tục hành chính|thủ tục|tthc)[:\s]+(?=\w)", re.IGNORECASE)
_LEADS_ON = re.compile(r"(?:lưu ý|ghi chú|cụ thể(?: như sau)?|yêu cầu,? điều kiện)\s*:?", re.IGNORECASE)
_CODE_IN_NAME = re.compile(r"\s*\(\d\.\d{6}\)")
_DISTRICT = re.compile(r"(?:cấp huyện|\bhuyện\b)(?!.{0,12} trước ngày)", re.IGNORECASE)


@cache
def words() -> Mapping[str, Any]:
    """The words about imported records that citizens read."""
    return dict(YAML(typ="safe").load(WORDS.read_text(encoding="utf-8")))


def interpret(record: Record, checked_on: date, scope: str, provinces: Sequence[str]) -> Procedure:
    """The procedure that a record describes.

    Args:
        record: The record.
        checked_on: The day on which it was fetched.
        scope: ``national``, or the province whose own procedure it is.
        provinces: The names of all provinces.
    """
    agencies, agency_flags = read_agencies(record.agencies, provinces)
    head: dict[str, Any] = {
        "code": record.code,
        "name": record.name,
        "short_name": short_name(record.name),
        "field": "; ".join(record.fields),
        "levels": record.levels or _levels(agencies),
        "applicants": record.applicants,
        "scope": scope,
        "url": ADDRESS.format(record.formality_id),
        "checked_on": checked_on,
        "summary": "",
        "origin": "portal",
        "publisher": record.publisher,
        "agencies": tuple(agencies),
    }
    if record.source == "list":
        return Procedure(**head, details="listed", flags=tuple(agency_flags))
    return _complete(record, head, agency_flags)


def short_name(name: str) -> str:
    """The name without the word 'Thủ tục', beginning with a capital."""
    bare = _THE_WORD_PROCEDURE.sub("", _CODE_IN_NAME.sub("", name).strip(" .;"))
    return bare[:1].upper() + bare[1:]


def _complete(record: Record, head: Mapping[str, Any], flags: Sequence[Flag]) -> Procedure:
    said = words()
    papers = read_papers(record.groups, said["case_question"])
    fees, fee_flags = read_fees(record.methods, _fee_names(record, said))
    deadlines, deadline_flags = read_deadlines(record.methods, record.handling_times, said["deadline"])
    steps, step_flags = read_steps(record.stages)
    coordinating = [row.name for row in head["agencies"] if row.role == "coordinates"]
    texts = [stage.text for stage in record.stages]
    found = [*flags, *record.doubts, *papers.flags, *fee_flags, *deadline_flags, *step_flags]
    found += _districts(papers.documents)
    found += [Flag("no_documents", "documents", record.name, True)] if not papers.documents else []
    return Procedure(
        **head,
        details="complete",
        decision_number=record.decision_number,
        decision_date=record.decision_date,
        case_questions=tuple(papers.questions),
        case_answers=tuple(papers.answers),
        documents=tuple(papers.documents),
        document_notes=tuple(papers.notes),
        forms=tuple(papers.forms),
        confirmations=tuple(
            read_confirmations(
                papers.documents, texts, coordinating, record.decision_number or said["reference"], said["confirmation"]
            )
        ),
        channels=tuple(_channels(record, found)),
        deadlines=tuple(deadlines),
        fees=tuple(fees),
        steps=tuple(steps),
        results=tuple(Result(name) for name in record.results),
        conditions=tuple(Condition(text) for text in _conditions(record.conditions)),
        legal_basis=tuple(LegalBasis(law.number, law.name) for law in record.laws if law.number or law.name),
        flags=tuple(dict.fromkeys(found)),
    )


def _channels(record: Record, flags: Sequence[Flag]) -> list[Channel]:
    """The ways to file; their words are left out where they may tell a time or a fee that is withheld."""
    channels = read_channels(record.methods)
    if not {flag.part for flag in flags if flag.withheld} & {"deadlines", "fees"}:
        return channels
    return [
        channel if not re.search(r"\d", channel.note or "") else replace(channel, note=None) for channel in channels
    ]


def _levels(agencies: Sequence[Agency]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.level for row in agencies if row.level))


def _fee_names(record: Record, said: Mapping[str, Any]) -> Mapping[str, str]:
    """The names of the sorts of fee; a crawled page does not tell them apart."""
    names: dict[str, str] = dict(said["fee"])
    return dict.fromkeys(names, said["fee_of_page"]) if record.source == "page" else names


def _conditions(text: str) -> list[str]:
    """The conditions of a record; what a line leads on to ("… sau:") stays with it."""
    if says_nothing(text):
        return []
    conditions: list[str] = []
    leading = ""
    for line in lines(text):
        bare = without_bullet(line)
        if len(bare) < 3 or says_nothing(bare) or _LEADS_ON.fullmatch(bare):
            continue
        if leading and _bullet(line) != leading:
            conditions[-1] += f" {bare};"
            continue
        leading = _bullet(line) if line.endswith(":") else ""
        conditions.append(bare)
    return [condition.rstrip(";") for condition in conditions]


def _bullet(line: str) -> str:
    """What kind of bullet a line has: its sign, "1" for a number, "a" for a letter, "none" for none."""
    if re.match(r"\d", line):
        return "1"
    if re.match(r"\w\)", line):
        return "a"
    return line[0] if line[0] in "-–+*•" else "none"


def _districts(documents: Sequence[Document]) -> list[Flag]:
    """Papers that still speak of districts: shown, with a word of caution."""
    return [Flag("district_mentioned", "documents", row.name[:200]) for row in documents if _DISTRICT.search(row.name)]
