from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.text import unmark
from bot.language.typing_leftovers import decode, is_syllable


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddawng kys", "đăng ký"),
        ("giaays chuwngs nhaanj", "giấy chứng nhận"),
        ("thur tucj", "thủ tục"),
        ("keets hoon", "kết hôn"),
        ("nguwowif", "người"),
        ("d9a8ng ky1", "đăng ký"),
        ("ket61 ho6n", "kết hôn"),
        ("tie6n2", "tiền"),
    ],
)
def test_leftovers_are_decoded(typed: str, meant: str) -> None:
    assert decode(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["làm lại căn cước", "lam lai can cuoc", "hạng B2, A1", "mẫu CT01", "kt3", "vneid", "2026", "1.001193", "www"],
)
def test_what_is_no_leftover_stays(text: str) -> None:
    assert decode(text) == text


@given(st.text(alphabet="aăâeêioôơuưybcdđghklmnpqrstvxfjwz0123456789 ", max_size=40))
def test_decoding_is_idempotent_and_keeps_the_number_of_words(text: str) -> None:
    decoded = decode(text)
    assert decode(decoded) == decoded
    assert len(decoded.split()) == len(text.split())


@given(st.sampled_from(["đăng", "nguyễn", "quyền", "giấy", "được", "nghĩa", "thuế", "xây"]))
def test_syllables_are_recognised_with_and_without_marks(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(unmark(word))
