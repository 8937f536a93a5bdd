from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.normalise import LONGEST_MESSAGE, comparable, normalise
from bot.language.text import unmark


@pytest.mark.parametrize(
    "text",
    [
        "làm lại căn cước công dân bị mất cần gì",
        "LÀM LẠI CĂN CƯỚC CÔNG DÂN, BỊ MẤT CẦN GÌ?",
        "lam lai cccd bi mat can j",
    ],
)
def test_however_it_is_typed_it_compares_the_same(text: str) -> None:
    assert comparable(text) == "lam lai can cuoc cong dan bi mat can gi"


def test_long_messages_are_cut() -> None:
    assert len(normalise("a" * 100_000)) <= LONGEST_MESSAGE


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_normalised_to_nfc(text: str) -> None:
    normalised = normalise(text)
    assert unicodedata.is_normalized("NFC", normalised)
    assert comparable(text) == comparable(text)


@given(
    st.lists(
        st.sampled_from(
            ["xin", "giấy", "xác", "nhận", "tình", "trạng", "hôn", "nhân", "cho", "con", "trai", "ở", "nhà"]
        ),
        max_size=12,
    )
)
def test_marks_make_no_difference(said: list[str]) -> None:
    text = " ".join(said)
    assert comparable(text) == comparable(unmark(text))
