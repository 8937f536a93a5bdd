from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from bot.procedures import cases
from bot.procedures.model import ASPECTS, Procedure
from bot.procedures.outline import headings
from bot.procedures.portal_guides import Guide
from bot.procedures.render import TEMPLATES, Renderer, amount, long_date

OPEN, CLOSE = "\ue000", "\ue001"

#: Aspect → the parts whose rows it must tell, and the columns that citizens read.
TOLD: dict[str, dict[str, tuple[str, ...]]] = {
    "documents": {
        "documents": ("name", "condition", "note"),
        "document_notes": ("text",),
    },
    "confirming_agencies": {
        "confirmations": ("agency", "confirms", "condition", "note", "reference_document", "reference_provision"),
    },
    "agency": {"agencies": ("name", "condition")},
    "fee": {"fees": ("name", "per", "condition", "reference", "note")},
    "deadline": {"deadlines": ("text", "condition")},
    "channels": {"channels": ("note",)},
    "steps": {"steps": ("who", "what", "time_limit")},
    "conditions": {"conditions": ("text",)},
    "result": {"results": ("name", "note")},
    "forms": {"forms": ("name", "number", "reference")},
    "legal_basis": {"legal_basis": ("number", "name")},
}


def strings(value: Any) -> set[str]:
    """Every text, number and date that a procedure's rows hold, as a template may put it out."""
    if value is None or isinstance(value, bool):
        return set()
    if isinstance(value, str):
        return {value, value.upper()}
    if isinstance(value, (int, float)):
        return {str(value), amount(int(value))}
    if isinstance(value, date):
        return {long_date(value)}
    if isinstance(value, dict):
        return set().union(*map(strings, value.values()), set())
    if isinstance(value, tuple):
        return set().union(*map(strings, value), {"; ".join(map(str, value))})
    return set().union(*(strings(getattr(value, field.name)) for field in fields(value)))


def case_names(procedure: Procedure) -> set[str]:
    rows = [row for part in cases.CASE_PARTS for row in getattr(procedure, part)]
    names = {cases.case_name(procedure, row.when) for row in rows}
    for document in procedure.documents:
        for row in procedure.confirmations:
            rest = {key: answers for key, answers in row.when.items() if document.when.get(key) != answers}
            names.add(cases.case_name(procedure, rest))
    return names


def template_constants() -> set[str]:
    """The words that templates themselves put out by an expression: those of a closed list."""
    quoted = re.findall(r'"([^"]+)"', (TEMPLATES / "words.j2").read_text(encoding="utf-8"))
    counts = {str(number) for number in range(100)}
    return {*quoted, *(text.lower() for text in quoted), *counts, ",", ";"}


@pytest.mark.parametrize("aspect", TOLD)
def test_every_row_of_an_aspect_is_told(procedures: dict[str, Procedure], aspect: str) -> None:
    names = {code: procedure.short_name for code, procedure in procedures.items()}
    renderer = Renderer(names.get)
    for procedure in procedures.values():
        if procedure.is_listed_only:
            continue
        text = renderer.aspect(procedure, aspect)
        for part, columns in TOLD[aspect].items():
            for row in getattr(procedure, part):
                for column in columns:
                    value = getattr(row, column)
                    assert value is None or value in text, (procedure.code, aspect, column, value)


def test_numbers_of_papers_and_money_are_told(procedures: dict[str, Procedure]) -> None:
    renderer = Renderer(lambda _code: None)
    for procedure in procedures.values():
        for fee in procedure.fees:
            if fee.amount:
                assert amount(fee.amount) in renderer.aspect(procedure, "fee"), procedure.code
        told = renderer.aspect(procedure, "documents").splitlines()
        for document in procedure.documents:
            lines = [line for line in told if line.startswith(f"☐ {document.name} – ")]
            originals, copies = document.originals, document.copies
            assert any(
                (not originals or f"{originals} bản chính" in line) and (not copies or f"{copies} bản sao" in line)
                for line in lines
            ), (procedure.code, document.name)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_nothing_but_rows_is_told(procedures: dict[str, Procedure], aspect: str) -> None:
    """Every value that a template puts out is a row's, or a word of a closed list in the templates."""
    names = {code: procedure.short_name for code, procedure in procedures.items()}
    renderer = Renderer(names.get, finalize=lambda value: f"{OPEN}{value}{CLOSE}" if str(value).strip() else value)
    constants = template_constants() | set(headings().values())
    for procedure in procedures.values():
        if procedure.is_listed_only:
            continue
        own = strings(procedure) | case_names(procedure) | set(names.values()) | set(names)
        for value in innermost(renderer.aspect(procedure, aspect)):
            assert value in own or value in constants, (procedure.code, aspect, value)


def innermost(text: str) -> set[str]:
    """The values between marks; those that macros put together are taken apart."""
    return {value.strip() for value in re.findall(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}", text) if value.strip()}


def test_a_case_leaves_only_its_rows(procedures: dict[str, Procedure]) -> None:
    renderer = Renderer(lambda _code: None)
    text = renderer.answer(procedures["1.001193"], ["documents"], {"birth_proof": "abandoned"})
    assert "Biên bản về việc trẻ bị bỏ rơi" in text
    assert "☐ Giấy chứng sinh" not in text


def test_the_answer_names_its_sources(procedures: dict[str, Procedure]) -> None:
    renderer = Renderer(lambda _code: None)
    for procedure in procedures.values():
        if not procedure.is_listed_only:
            text = renderer.answer(procedure, ["fee"], {})
            assert procedure.code in text
            assert procedure.url in text
            assert long_date(procedure.checked_on) in text
            assert procedure.decision_number is None or procedure.decision_number in text


def test_a_listed_procedure_says_that_details_are_not_here(procedures: dict[str, Procedure]) -> None:
    listed = [procedure for procedure in procedures.values() if procedure.is_listed_only]
    assert listed
    for procedure in listed:
        text = Renderer(lambda _code: None).listed(procedure)
        assert "chưa có hồ sơ chi tiết" in text
        assert procedure.name in text
        assert procedure.url in text


def test_every_guide_is_told_whole(guides: list[Guide]) -> None:
    for guide in guides:
        text = Renderer(lambda _code: None).guide(guide)
        for part in (guide.content["summary"], *guide.content["prepare"], *guide.content["steps"]):
            assert part in text
        for row in guide.content["if_it_fails"]:
            assert row["problem"] in text
            assert row["do"] in text
        assert long_date(guide.checked_on) in text


def test_amounts_and_dates_are_written_as_vietnamese_do() -> None:
    assert amount(1_250_000) == "1.250.000 đồng"
    assert long_date(date(2026, 7, 1)) == "01/07/2026"
