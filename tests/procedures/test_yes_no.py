from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.text import unmark
from bot.procedures import yes_no


def topics(text: str) -> list[str]:
    return [question.topic for question in yes_no.read(text)]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("nộp online được không", "online"),
        ("ngồi nhà nộp dc k ad", "online"),
        ("gửi bưu điện đc hông", "post"),
        ("có phải ra tận xã không hay nộp trên mạng là xong", "in_person"),
        ("có phải lên tỉnh không", "province"),
        ("ra xã làm được không hay phải lên tỉnh", "commune"),
        ("mất tiền hông vậy", "fee"),
        ("có được miễn phí không ạ", "fee"),
        ("nhờ người khác nộp hộ được không", "behalf"),
        ("có lấy liền được không", "speed"),
        ("có phải xin xác nhận không", "confirmation"),
        ("co can so ho khau ko", "paper"),
        ("không biết có cần giấy độc thân không nữa", "paper"),
    ],
)
def test_what_a_question_is_about(text: str, topic: str) -> None:
    assert topics(text) == [topic]


@pytest.mark.parametrize(
    "text",
    [
        "cần giấy tờ gì không biết nữa",
        "không biết làm ở đâu",
        "không, tôi hỏi về khai tử cơ",
        "em không cần nữa, cảm ơn",
        "nộp online thì vào trang nào",
        "tra cứu kết quả online được không",
        "nộp phí online được không",
        "thứ 7 nộp ở xã được không",
        "có phải ra xã báo mất trước không",
        "ký trước ở nhà được không",
        "",
    ],
)
def test_what_is_no_yes_no_question_that_rows_could_decide(text: str) -> None:
    assert topics(text) == []


def test_two_questions_are_read_in_their_order() -> None:
    assert topics("nộp qua mạng được không, có mất tiền không") == ["online", "fee"]


def test_a_story_before_the_question_does_not_hide_it() -> None:
    assert topics("em mới sinh bé, chồng đi làm xa không về được, vậy có cần sổ hộ khẩu không ạ") == ["paper"]


def test_a_question_whether_it_is_not_so() -> None:
    (question,) = yes_no.read("không cần hộ khẩu nữa đúng không")
    assert (question.topic, question.negated, question.lead) == ("paper", True, "đúng")


def test_whose_paper_it_is_is_noticed() -> None:
    (mine,), (hers,) = yes_no.read("cần hộ khẩu không"), yes_no.read("cần hộ khẩu của vợ không")
    assert (mine.owned, hers.owned) == (False, True)


def test_a_paper_with_words_beside_it_that_mean_another_is_left_alone() -> None:
    assert topics("có cần hộ khẩu của giám đốc công ty không") == []


@given(st.text(alphabet="abcđoôơuưkhng ạáàảãcầnóphải,.?không", max_size=60))
def test_any_text_is_read_alike_with_and_without_marks_of_punctuation_around(text: str) -> None:
    assert yes_no.read(text) == yes_no.read(f"  {text} ?")


@pytest.mark.parametrize("text", ["có cần sổ hộ khẩu không", "ra xã làm được không", "có mất lệ phí không"])
def test_marks_change_nothing(text: str) -> None:
    assert yes_no.read(text) == yes_no.read(unmark(text))
