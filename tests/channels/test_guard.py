from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.guard import NOTHING_SAID, admit
from bot.dialogue.buttons import is_button
from bot.language.normalise import LONGEST_MESSAGE


@pytest.mark.parametrize(
    ("text", "admitted"),
    [
        ("làm giấy khai sinh", "làm giấy khai sinh"),
        ("/restart", "restart"),
        ("  //restart", "restart"),
        ('/ask{"aspect": "fee"}', '/ask{"aspect": "fee"}'),
        ('/ask{"procedure": "1.001193"}', 'ask{"procedure": "1.001193"}'),
        ("", NOTHING_SAID),
        ("///", NOTHING_SAID),
        (None, NOTHING_SAID),
        (7, NOTHING_SAID),
        ({"a": 1}, NOTHING_SAID),
        ("a\x00b", "ab"),
    ],
)
def test_what_is_admitted(text: object, admitted: str) -> None:
    assert admit(text) == admitted


def test_a_long_message_is_cut() -> None:
    assert len(admit("x" * 100_000)) == LONGEST_MESSAGE


@given(st.text(max_size=200))
def test_no_command_ever_passes(text: str) -> None:
    admitted = admit(text)
    assert admitted
    assert is_button(admitted) or not admitted.startswith("/")
