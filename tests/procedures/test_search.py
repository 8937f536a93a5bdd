from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.text import unmark
from bot.procedures.catalogue import Snapshot
from bot.procedures.model import Procedure
from bot.procedures.search import Entry, Index, Weights


def test_probabilities_sum_to_one(snapshot: Snapshot) -> None:
    ranking = snapshot.rank("làm giấy khai sinh cho con")
    assert sum(candidate.probability for candidate in ranking.candidates) + ranking.none == pytest.approx(1)
    shares = [candidate.probability for candidate in ranking.candidates]
    assert shares == sorted(shares, reverse=True)


def test_every_procedure_is_found_first_by_its_names(snapshot: Snapshot, procedures: dict[str, Procedure]) -> None:
    missed = []
    for procedure in procedures.values():
        for text in (procedure.name, procedure.short_name):
            best = snapshot.rank(text).best
            if best is None or best.code != procedure.code:
                missed.append((procedure.code, text))
    assert not missed


def test_every_procedure_is_found_first_by_its_everyday_names(
    snapshot: Snapshot, procedures: dict[str, Procedure]
) -> None:
    names = [(p.code, saying.text) for p in procedures.values() for saying in p.sayings if saying.style == "name"]
    hits = sum((best := snapshot.rank(text).best) is not None and best.code == code for code, text in names)
    assert hits / len(names) >= 0.95


@pytest.mark.parametrize(
    "text",
    [
        "dang ky khai tu",
        "ĐĂNG KÝ KHAI TỬ",
        "ddawng kys khai tuwr",
        "đăng kí khai tữ",
        "Đăng ký khai tử cần giấy tờ gì?",
    ],
)
def test_marks_case_leftovers_and_slips_do_not_matter(snapshot: Snapshot, text: str) -> None:
    best = snapshot.rank(text).best
    assert best is not None
    assert best.code == "1.000656"


def test_a_marked_question_and_its_unmarked_twin_rank_alike(snapshot: Snapshot) -> None:
    for text in ("bố tôi mất hôm qua thì làm giấy gì", "tách thửa đất cho con trai", "đổi bằng lái xe sắp hết hạn"):
        marked, unmarked = snapshot.rank(text), snapshot.rank(unmark(text))
        assert marked.candidates[0].code == unmarked.candidates[0].code
        assert {c.code for c in marked.candidates[:3]} == {c.code for c in unmarked.candidates[:3]}


def test_words_that_only_name_an_aspect_do_not_distract(snapshot: Snapshot) -> None:
    for aspect in ("cần giấy tờ gì", "lệ phí bao nhiêu", "mất bao lâu", "nộp ở đâu", "làm online được không"):
        best = snapshot.rank(f"xin giấy xác nhận độc thân {aspect}").best
        assert best is not None
        assert best.code == "1.004873", aspect


def test_what_is_not_in_the_catalogue_is_most_likely_none(snapshot: Snapshot) -> None:
    for text in ("cách nấu phở bò", "giá vàng hôm nay", "asdf qwer zxcv"):
        ranking = snapshot.rank(text)
        assert ranking.best is not None
        assert ranking.none > ranking.best.probability


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_ranked(text: str) -> None:
    entries = [
        Entry("1", ("khai sinh",), ("dang ky khai sinh",), ""),
        Entry("2", ("khai tu",), ("dang ky khai tu",), ""),
    ]
    ranking = Index(entries, Weights.read(2)).rank(text)
    assert {candidate.code for candidate in ranking.candidates} == {"1", "2"}


def test_an_empty_catalogue_finds_nothing() -> None:
    assert Index([], Weights.read(2)).rank("khai sinh").none == 1.0
