from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.channels.messages import parts

LETTERS = "abcđơƯ ờ.,:\n\n☐▸👍🇻🇳\u200d\u0301\u0323\ufe0f"
TEXTS = st.text(alphabet=LETTERS, max_size=400) | st.text(max_size=200)
ANSWER = "ĐĂNG KÝ KHAI SINH\n\nGIẤY TỜ CẦN CHUẨN BỊ\n" + "\n".join(
    f"☐ Giấy tờ số {number} – nộp 1 bản chính. Mang theo bản sao." for number in range(1, 200)
)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def without_space(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, st.integers(min_value=10, max_value=60))
def test_nothing_is_lost_and_no_message_is_too_long(text: str, limit: int) -> None:
    messages = parts(text, limit, most=1000)
    assert without_space("".join(messages)) == without_space(text)
    assert all(0 < units(message) <= limit for message in messages)


@given(TEXTS, st.integers(min_value=10, max_value=60), st.integers(min_value=1, max_value=3))
def test_of_a_text_too_long_for_so_many_messages_the_beginning_is_said(text: str, limit: int, most: int) -> None:
    messages = parts(text, limit, most, more="→ xem")
    assert len(messages) <= most
    assert all(0 < units(message) <= limit for message in messages)
    said = without_space("".join(messages))
    if said != without_space(text):
        assert said.endswith("→xem")
        assert without_space(text).startswith(said.removesuffix("→xem"))


@given(TEXTS, st.integers(min_value=10, max_value=60))
def test_words_that_fit_stay_whole(text: str, limit: int) -> None:
    words = [word for word in text.split() if units(word) <= limit]
    if len(words) == len(text.split()):
        assert [word for message in parts(text, limit, most=1000) for word in message.split()] == words


@given(st.text(alphabet="aờ\u0301\u0323👍\u200d", min_size=1, max_size=200), st.integers(min_value=10, max_value=30))
def test_a_letter_keeps_its_marks(text: str, limit: int) -> None:
    # A letter with its marks and joined signs; only one that no message can hold may be cut.
    letters = re.findall("[^\u0301\u0323\u200d]?(?:[\u0301\u0323]|\u200d.?)*", text)
    assume(all(units(letter) <= limit for letter in letters))
    for message in parts(text, limit, most=1000)[1:]:
        assert message[0] != "\u200d"
        assert not unicodedata.category(message[0]).startswith("M")


def test_an_answer_is_cut_between_its_lines() -> None:
    messages = parts(ANSWER, 2000, most=20)
    assert "\n".join(messages) == ANSWER
    assert all(message.startswith("☐") for message in messages[1:])


def test_a_heading_goes_with_what_it_announces() -> None:
    text = "Mở đầu dài vừa phải để đầy hơn nửa tin.\n\nLỆ PHÍ\n• Tám nghìn đồng một bản"
    assert parts(text, 55, most=5) == ["Mở đầu dài vừa phải để đầy hơn nửa tin.", "LỆ PHÍ\n• Tám nghìn đồng một bản"]
    text = "Mở đầu dài vừa phải để đầy hơn nửa tin.\n▸ Trường hợp khác:\n☐ Tờ khai theo mẫu"
    assert parts(text, 60, most=5)[1] == "▸ Trường hợp khác:\n☐ Tờ khai theo mẫu"


def test_sections_are_kept_together_where_a_message_is_full_enough() -> None:
    first, second = "a b c d. " * 12, "e f g h. " * 8
    assert parts(f"{first}\n\n{second}", 150, most=5) == [first.strip(), second.strip()]


def test_capitals_throughout_are_cut_between_words() -> None:
    assert parts("MỘT HAI BA BỐN NĂM SÁU", 10, most=5) == ["MỘT HAI BA", "BỐN NĂM", "SÁU"]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_of_nothing_nothing_is_made(text: str) -> None:
    assert parts(text, 100, most=3) == []


def test_a_text_that_fits_is_left_alone() -> None:
    assert parts("Dạ, em chào anh/chị!", 2000, most=3) == ["Dạ, em chào anh/chị!"]


def test_what_does_not_fit_is_said_to_be_elsewhere() -> None:
    messages = parts(ANSWER, 2000, most=3, more="… xem đầy đủ: https://motcua.example/x")
    assert len(messages) == 3
    assert messages[-1].endswith("Mang theo bản sao.\n… xem đầy đủ: https://motcua.example/x")
