from __future__ import annotations

import pytest

from bot.dialogue.buttons import Button, is_button


@pytest.mark.parametrize(
    "button",
    [
        Button.of("Phí", "ask", aspect="fee"),
        Button.of("Khai sinh", "choose", procedure="1.001193"),
        Button.of("Có", "answer_case", case_answer="yes"),
        Button.of("Hướng dẫn", "portal_guide", topic="pay_online"),
        Button.of("Sinh con", "life_event", life_event="birth"),
        Button.of("Của tôi", "start_case"),
        Button.of("Không biết", "skip_case"),
        Button.of("Đi đâu trước", "plan"),
        Button.of("Còn thiếu gì", "have_papers"),
        Button.of("In ra giấy", "slip"),
        Button.of("Không", "deny"),
    ],
)
def test_our_own_buttons_are_known(button: Button) -> None:
    assert is_button(button.payload)


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "/back",
        "/session_start",
        "/ask",
        '/ask{"aspect": "fee", "procedure": "x"}',
        '/ask{"aspect": "fee fee"}',
        '/ask{"aspect": ["fee"]}',
        '/ask{"aspect": "fee"}{"x": 1}',
        '/deny{"a": "b"}',
        "/ask{aspect}",
        "làm giấy khai sinh",
        "",
    ],
)
def test_anything_else_is_no_button(text: str) -> None:
    assert not is_button(text)
