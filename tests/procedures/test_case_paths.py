"""Every way through the case questions of every procedure, and questions made up to try the order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.procedures import cases
from bot.procedures.model import CaseAnswer, CaseQuestion, Document, Procedure

Walks = list[tuple[Procedure, list[tuple[dict[str, str], Optional[CaseQuestion]]]]]

#: No citizen is asked more.
MOST_QUESTIONS = 5


def walk(procedure: Procedure) -> Iterator[tuple[dict[str, str], CaseQuestion | None]]:
    """Every case on the way, each once, with the question that is asked in it."""
    seen: set[frozenset[tuple[str, str]]] = set()
    following: list[dict[str, str]] = [{}]
    while following:
        case = following.pop()
        if frozenset(case.items()) in seen:
            continue
        seen.add(frozenset(case.items()))
        question = cases.next_question(procedure, case)
        yield case, question
        if question is not None:
            following += [{**case, question.key: answer.key} for answer in cases.answers_of(procedure, question.key)]


@pytest.fixture(scope="module")
def walks(procedures: dict[str, Procedure]) -> Walks:
    return [(procedure, list(walk(procedure))) for procedure in procedures.values()]


def rows(procedure: Procedure, case: Mapping[str, str]) -> list[object]:
    selected = cases.select(procedure, case)
    return [row for part in cases.CASE_PARTS for row in getattr(selected, part)]


def test_every_path_ends_soon_and_leaves_nothing_open(walks: Walks) -> None:
    for procedure, steps in walks:
        for case, question in steps:
            if question is None:
                assert len(case) <= MOST_QUESTIONS, (procedure.code, case)
                assert all(not row.when for row in rows(procedure, case)), (procedure.code, case)  # type: ignore[attr-defined]


def test_every_row_is_on_a_path(walks: Walks) -> None:
    for procedure, steps in walks:
        ends = [case for case, question in steps if question is None]
        for part in cases.CASE_PARTS:
            for row in getattr(procedure, part):
                assert any(cases.may_hold(row.when, case) for case in ends), (procedure.code, part, row)


def test_every_question_asked_makes_a_difference(walks: Walks) -> None:
    for procedure, steps in walks:
        for case, question in steps:
            if question is not None:
                answers = cases.answers_of(procedure, question.key)
                outcomes = [rows(procedure, {**case, question.key: answer.key}) for answer in answers]
                assert any(outcome != outcomes[0] for outcome in outcomes[1:]), (procedure.code, case, question.key)


def test_every_question_and_answer_is_on_a_path(walks: Walks) -> None:
    for procedure, steps in walks:
        given = {pair for case, _ in steps for pair in case.items()}
        assert given == {(answer.question, answer.key) for answer in procedure.case_answers}, procedure.code


def test_no_two_paths_have_the_same_answers(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        ends = [frozenset(case.items()) for case in cases.paths(procedure)]
        assert len(set(ends)) == len(ends), procedure.code


def test_a_gate_is_asked_before_what_depends_on_it(walks: Walks) -> None:
    for procedure, steps in walks:
        for case, question in steps:
            if question is not None:
                assert all(case.get(gate) in answers for gate, answers in question.when.items()), procedure.code


def test_a_skipped_question_is_not_asked_again_and_its_rows_stay_open(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        skipped: list[str] = []
        while (question := cases.next_question(procedure, {}, skipped)) is not None:
            assert question.key not in skipped
            skipped.append(question.key)
        assert rows(procedure, {}) == [row for part in cases.CASE_PARTS for row in getattr(procedure, part)]
        assert bool(skipped) == bool(procedure.case_questions)


def procedure_with(
    questions: Mapping[str, tuple[str, ...]], *whens: Any, gates: Mapping[str, Any] | None = None
) -> Procedure:
    """A procedure with case questions (key → answers) and a paper for each ``when``."""
    documents = [Document(f"paper{n}", f"Giấy {n}", "submit", 1, 0, when=when) for n, when in enumerate(whens)]
    return Procedure(
        code="1.000001",
        name="Thủ tục thử",
        short_name="Thử",
        field="Thử",
        levels=("commune",),
        applicants=(),
        scope="national",
        url="https://dichvucong.gov.vn",
        checked_on=date(2026, 1, 1),
        details="complete",
        summary="Thử.",
        case_questions=tuple(CaseQuestion(key, f"Câu {key} ạ?", (gates or {}).get(key, {})) for key in questions),
        case_answers=tuple(
            CaseAnswer(key, answer, f"Nhãn {answer}", f"trường hợp {answer}")
            for key, answers in questions.items()
            for answer in answers
        ),
        documents=tuple(documents),
    )


def asked(procedure: Procedure, case: Mapping[str, str], skipped: tuple[str, ...] = ()) -> str | None:
    question = cases.next_question(procedure, case, skipped)
    return question.key if question else None


def test_the_question_that_saves_another_comes_first() -> None:
    # "many" decides more rows, but "first" makes it needless for half the citizens.
    procedure = procedure_with(
        {"many": ("a", "b"), "first": ("x", "y")},
        {"many": ("a",), "first": ("x",)},
        {"many": ("a",), "first": ("x",)},
        {"many": ("b",), "first": ("x",)},
    )
    assert asked(procedure, {}) == "first"
    assert asked(procedure, {"first": "y"}) is None
    assert asked(procedure, {"first": "x"}) == "many"


def test_of_questions_as_short_the_more_telling_comes_first() -> None:
    procedure = procedure_with(
        {"one": ("a", "b"), "two": ("x", "y")}, {"one": ("a",)}, {"two": ("x",)}, {"two": ("y",)}
    )
    assert asked(procedure, {}) == "two"


def test_what_every_answer_selects_is_never_asked_about() -> None:
    procedure = procedure_with({"idle": ("a", "b"), "real": ("x", "y")}, {"idle": ("a", "b")}, {"real": ("x",)})
    assert asked(procedure, {}) == "real"
    assert asked(procedure, {"real": "x"}) is None


def test_only_what_the_answer_tells_is_asked_about() -> None:
    procedure = procedure_with({"one": ("a", "b")}, {"one": ("a",)})
    assert cases.next_question(procedure, {}, parts=["fees"]) is None
    assert cases.next_question(procedure, {}, parts=["documents"]) is not None


def test_a_question_waits_for_its_gate_even_when_the_gate_is_skipped() -> None:
    when = {"gate": ("a",), "inner": ("x",)}
    procedure = procedure_with({"gate": ("a", "b"), "inner": ("x", "y")}, when, gates={"inner": {"gate": ("a",)}})
    assert asked(procedure, {}) == "gate"
    assert asked(procedure, {"gate": "a"}) == "inner"
    assert asked(procedure, {"gate": "b"}) is None
    assert asked(procedure, {}, skipped=("gate",)) is None
    assert cases.case_name(procedure, cases.select(procedure, {}).documents[0].when) == "trường hợp a; trường hợp x"


@given(
    whens=st.lists(
        st.dictionaries(
            st.sampled_from("pqr"), st.sets(st.sampled_from("abc"), min_size=1).map(sorted).map(tuple), max_size=3
        ),
        max_size=6,
    )
)
def test_whatever_rows_depend_on_the_order_is_as_short_as_any(whens: list[dict[str, tuple[str, ...]]]) -> None:
    procedure = procedure_with(dict.fromkeys("pqr", ("a", "b", "c")), *whens)

    def expected(case: dict[str, str], order: str | None) -> float:
        """How many questions are asked in the mean, in a fixed order of those still open or as the bot asks."""
        open_keys = {
            key for row in cases.select(procedure, case).documents for key, to in row.when.items() if len(to) < 3
        }
        key = asked(procedure, case) if order is None else next((k for k in order if k in open_keys), None)
        if key is None:
            assert not open_keys
            return 0.0
        return 1 + sum(expected({**case, key: answer}, order) for answer in "abc") / 3

    best = expected({}, None)
    assert all(best <= expected({}, order) + 1e-9 for order in ("pqr", "prq", "qpr", "qrp", "rpq", "rqp"))
