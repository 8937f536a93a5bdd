from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.text import fold, is_unmarked, nfc, unify_tone_marks, unmark, words

VIETNAMESE = st.text(alphabet="aàáảãạăằâầđeéêếiíoòôồơờuùưừyýbcdghklmnpqrstvx 0123456789.,?!", max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("uỷ ban", "ủy ban"), ("HOÀ", "HÒA"), ("loà xoà", "lòa xòa")],
)
def test_both_tone_mark_styles_are_equal(one: str, other: str) -> None:
    assert unify_tone_marks(one) == unify_tone_marks(other) == other


@pytest.mark.parametrize("text", ["quý", "quỳnh", "hoàng", "toán", "thuyền", "khuya", "của", "quả"])
def test_tone_marks_that_have_one_place_stay(text: str) -> None:
    assert unify_tone_marks(text) == text


def test_unmark_keeps_case_and_punctuation() -> None:
    assert unmark("Đăng ký, ĐƯỢC không?") == "Dang ky, DUOC khong?"


def test_fold_compares_marked_and_unmarked_alike() -> None:
    assert fold("Làm lại CĂN CƯỚC, bị mất!") == fold("lam lai can cuoc bi mat") == "lam lai can cuoc bi mat"


def test_words_keep_marks() -> None:
    assert words("Tách thửa (đất)…") == ["Tách", "thửa", "đất"]


def test_is_unmarked() -> None:
    assert is_unmarked("lam lai cccd")
    assert not is_unmarked("làm lại cccd")


@given(VIETNAMESE)
def test_folding_is_idempotent_and_ignores_unicode_form(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text) == fold(unmark(text))


@given(VIETNAMESE)
def test_unifying_tone_marks_changes_no_letter_and_is_idempotent(text: str) -> None:
    unified = unify_tone_marks(text)
    assert unify_tone_marks(unified) == unified == nfc(unified)
    assert unmark(unified) == unmark(text)
