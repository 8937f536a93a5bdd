from __future__ import annotations

from datetime import date

from bot.procedures import model
from bot.procedures.definitions import Definition, code_of
from bot.procedures.model import Agency, Fee


def test_every_definition_becomes_a_procedure_with_all_its_rows(curated: list[Definition]) -> None:
    for definition in curated:
        procedure = model.from_definition(definition.data)
        data = definition.data
        assert procedure.code == code_of(definition)
        for part in ("documents", "forms", "confirmations", "agencies", "channels", "fees", "steps", "results"):
            assert len(getattr(procedure, part)) == len(data.get(part, [])), (procedure.code, part)
        assert len(procedure.deadlines) == sum(len(channel["deadlines"]) for channel in data.get("channels", []))
        asked = sum(len(texts) for texts in data["sayings"].values())
        assert len(procedure.sayings) == len(data["names"]) + asked


def test_dates_and_cases_are_typed(curated: list[Definition]) -> None:
    for definition in curated:
        procedure = model.from_definition(definition.data)
        assert isinstance(procedure.checked_on, date)
        for document in procedure.documents:
            assert all(isinstance(answers, tuple) for answers in document.when.values())


def test_steps_are_numbered_from_one(curated: list[Definition]) -> None:
    for definition in curated:
        steps = model.from_definition(definition.data).steps
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))


def test_validity_includes_both_ends() -> None:
    fee = Fee("Lệ phí", "fixed", amount=20_000, valid_from=date(2025, 7, 1), valid_to=date(2026, 12, 31))
    assert not model.in_force(fee, date(2025, 6, 30))
    assert model.in_force(fee, date(2025, 7, 1))
    assert model.in_force(fee, date(2026, 12, 31))
    assert not model.in_force(fee, date(2027, 1, 1))
    assert model.in_force(Agency("receives", "Trung tâm"), date(1990, 1, 1))
