from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.prose import (
    capitalised,
    lines,
    one_line,
    says_nothing,
    sentences,
    shortened,
    without_bullet,
)


def test_a_text_on_one_line_is_in_nfc_with_plain_spaces_and_nothing_invisible() -> None:
    decomposed = unicodedata.normalize("NFD", "Thẻ vịt")
    assert one_line(f"  {decomposed}\u00a0 số\t\n1 ") == "Thẻ vịt số 1"
    assert one_line("vịt\u200b cỏ\u00ad, gà\x00 ri\ufeff") == "vịt cỏ, gà ri"
    assert one_line(None) == ""


def test_lines_are_those_that_say_something() -> None:
    assert lines(" Một  ao\r\n\r\n \t\nHai\u00a0vịt\r") == ["Một ao", "Hai vịt"]
    assert lines(None) == []


@given(st.text())
def test_reading_a_text_again_changes_nothing(text: str) -> None:
    once = one_line(text)
    assert one_line(once) == once
    assert lines("\n".join(lines(text))) == lines(text)
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("- Có ao;", "Có ao"),
        ("+ a) Có vịt,", "Có vịt"),
        ("1.2. Có ngan", "Có ngan"),
        ("(ii) Có gà", "Có gà"),
        ("• 3) Có lúa", "Có lúa"),
        ("Có ao", "Có ao"),
        ("-", "-"),
    ],
)
def test_bullets_and_numbering_go(line: str, bare: str) -> None:
    assert without_bullet(line) == bare


@pytest.mark.parametrize("text", ["", None, "Không", "Không có", "Không có thông tin.", "không quy định", "--", "N/A"])
def test_cells_that_say_nothing(text: str | None) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["Không thu phí", "0", "Không có ao", "Có"])
def test_cells_that_say_something(text: str) -> None:
    assert not says_nothing(text)


def test_sentences_end_at_a_sign_before_a_capital_or_a_bullet() -> None:
    assert sentences("Nộp đơn. Chờ 3 ngày; - Nhận thẻ! Về nhà, số 1. 5 con vịt") == [
        "Nộp đơn.",
        "Chờ 3 ngày;",
        "- Nhận thẻ!",
        "Về nhà, số 1. 5 con vịt",
    ]


@given(
    st.lists(st.sampled_from(["Có ao.", "Vịt bơi lội cả ngày;", "Một", "gà.", "Được"]), min_size=1), st.integers(20, 90)
)
def test_a_text_is_shortened_only_if_it_is_too_long_and_then_says_so(words: list[str], longest: int) -> None:
    text = " ".join(words)
    short = shortened(text, longest)
    if len(text) <= longest:
        assert short == text
    else:
        assert short.endswith(" …")
        assert text.startswith(short[:-2])
        assert len(short) <= longest + 2


def test_whole_sentences_are_kept() -> None:
    assert shortened("Vịt bơi trong ao làng. Gà ở trên bờ. Ngan ở xa.", 40) == "Vịt bơi trong ao làng. Gà ở trên bờ. …"
    assert shortened("Vịt bơi lội trong ao làng bên bờ tre xanh mát", 20) == "Vịt bơi lội trong …"


def test_only_the_first_letter_is_made_a_capital() -> None:
    assert capitalised("đơn xin THẺ") == "Đơn xin THẺ"
    assert capitalised("") == ""
