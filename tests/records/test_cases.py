from __future__ import annotations

import pytest

from bot.procedures.model import CaseAnswer, CaseQuestion
from bot.records.cases import CASE, LONGEST_LABEL, Heading, case_question, read_heading


@pytest.mark.parametrize(
    "text", ["", "Thành phần hồ sơ:", "1. Hồ sơ bao gồm:", "Giấy tờ phải nộp", "Mặc định", "Số lượng hồ sơ: 01 bộ"]
)
def test_headings_that_say_nothing(text: str) -> None:
    assert read_heading(text) == Heading()


def test_papers_that_are_only_shown() -> None:
    assert read_heading("* Giấy tờ phải xuất trình:") == Heading(action="show")
    assert read_heading("Giấy tờ phải nộp, không phải xuất trình") == Heading(action="submit")


@pytest.mark.parametrize("text", ["Lưu ý", "Ghi chú: vịt trời", "- Chú ý:"])
def test_notes_are_no_papers(text: str) -> None:
    assert read_heading(text).action == "note"


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("a) Trường hợp Vịt đã lớn:", "vịt đã lớn"),
        ("Đối với hộ có ao, hồ sơ gồm:", "hộ có ao"),
        ("Hồ sơ đối với trường hợp cấp lại gồm có", "cấp lại"),
        ("Đối với các trường hợp UBND giao ao", "UBND giao ao"),
        ("Trường hợp Nhà nước giao ao", "Nhà nước giao ao"),
    ],
)
def test_a_case_goes_on_the_sentence_that_names_it(text: str, case: str) -> None:
    heading = read_heading(text)
    assert heading == Heading(case=case)


def test_a_case_whose_papers_are_shown() -> None:
    assert read_heading("Trường hợp nộp hộ, người nộp xuất trình") == Heading(
        "show", case="nộp hộ, người nộp xuất trình"
    )


@pytest.mark.parametrize("text", ["Trường hợp có ao thì không phải nộp sổ vịt", "Hộ nghèo được miễn đơn", "Vịt " * 90])
def test_a_rule_is_no_case(text: str) -> None:
    heading = read_heading(text)
    assert heading.is_rule
    assert heading.case is None
    assert heading.label == text.strip()


def test_any_other_heading_is_shown_as_it_is() -> None:
    assert read_heading("Giấy của chủ ao gồm:") == Heading(label="Giấy của chủ ao")
    assert read_heading("giấy của chủ vịt") == Heading(label="Giấy của chủ vịt")


def test_answers_are_numbered_and_their_labels_fit_a_button() -> None:
    long = "vịt đã lớn và đã quen ăn thóc ở ao nhà từ trước mùa gặt năm nay"
    question, answers = case_question(["vịt con", long], "Vịt nào ạ?")
    assert question == CaseQuestion(CASE, "Vịt nào ạ?")
    assert answers[0] == CaseAnswer(CASE, "c1", "Vịt con", "vịt con")
    assert (answers[1].key, answers[1].case_name) == ("c2", long)
    assert len(answers[1].label) <= LONGEST_LABEL
    assert answers[1].label.endswith(" …")


def test_labels_that_would_read_alike_are_numbered() -> None:
    start = "vịt đã lớn và đã quen ăn thóc ở ao nhà từ trước mùa gặt năm"
    _, answers = case_question([f"{start} nay", f"{start} ngoái"], "Vịt nào ạ?")
    assert [answer.label[:3] for answer in answers] == ["1. ", "2. "]
    assert all(len(answer.label) <= LONGEST_LABEL for answer in answers)
