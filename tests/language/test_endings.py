from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.language.endings import endings


def test_a_story_ends_in_its_question() -> None:
    story = "Vợ em mới sinh cháu hôm kia ở bệnh viện tỉnh, giờ làm khai sinh hết bao nhiêu tiền?"
    assert endings(story)[0] == "giờ làm khai sinh hết bao nhiêu tiền"


def test_without_punctuation_the_last_words_count() -> None:
    assert endings("bo toi mat hom qua o nha gio lam khai tu thi nop o dau vay em") == [
        ["gio", "lam khai tu thi nop o dau vay em"][1]
    ]


def test_two_clauses_may_ask_together() -> None:
    story = "Bố tôi để lại chiếc tàu cá. Tôi muốn sang tên cho mình, giờ phải tới đâu, mang theo gì?"
    assert "giờ phải tới đâu, mang theo gì" in endings(story)


def test_a_short_question_has_no_shorter_ending() -> None:
    assert endings("lệ phí bao nhiêu") == []


@given(st.text(max_size=200))
def test_endings_are_shorter_than_the_text(text: str) -> None:
    for ending in endings(text):
        assert 0 < len(ending.split()) < len(text.split())
