from __future__ import annotations

import pytest

from bot.procedures import cases
from bot.procedures.model import Procedure


def test_a_row_may_hold_until_an_answer_rules_it_out() -> None:
    when = {"filing": ("paper", "post"), "age": ("adult",)}
    assert cases.may_hold(when, {})
    assert cases.may_hold(when, {"filing": "post"})
    assert not cases.may_hold(when, {"filing": "online"})
    assert not cases.may_hold(when, {"filing": "post", "age": "child"})
    assert cases.may_hold({}, {"filing": "online"})


def test_an_answer_is_understood_by_label_case_and_other_wordings(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        for question in procedure.case_questions:
            labels = [answer.label for answer in cases.answers_of(procedure, question.key)]
            assert len(set(labels)) == len(labels), (procedure.code, question.key)
            for answer in cases.answers_of(procedure, question.key):
                assert cases.understand(procedure, question.key, answer.label.upper()) == answer


@pytest.mark.parametrize("text", ["", "???", "con mèo nhà tôi"])
def test_anything_else_is_no_answer(procedures: dict[str, Procedure], text: str) -> None:
    procedure = procedures["1.001193"]
    for question in procedure.case_questions:
        assert cases.understand(procedure, question.key, text) is None


def test_a_case_is_told_in_words(procedures: dict[str, Procedure]) -> None:
    procedure = procedures["1.001193"]
    for row in procedure.documents:
        assert bool(cases.case_name(procedure, row.when)) == bool(row.when)


def test_rows_are_grouped_with_those_of_every_case_first(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        groups = list(cases.by_case(procedure, procedure.documents))
        assert [name for name, _ in groups[1:] if not name] == []
        assert sum(len(rows) for _, rows in groups) == len(procedure.documents)
