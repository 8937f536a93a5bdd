from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.record import Stage
from bot.records.steps import LONGEST_STEP, MOST_STEPS, read_steps


def whats(*texts: str) -> list[str]:
    steps, _ = read_steps([Stage("", text) for text in texts])
    return [step.what for step in steps]


@pytest.mark.parametrize(
    "text",
    [
        "Bước 1: Nộp đơn.\nBước 2: Nhận thẻ.",
        "Trình tự thực hiện:\n- Bước 1. nộp đơn.\n- Bước 2. nhận thẻ.",
        "Bước 1: Nộp đơn. Bước 2: Nhận thẻ.",
        "a) Nộp đơn.\nb) Nhận thẻ.",
        "1. Nộp đơn.\n2. Nhận thẻ.",
        "- Nộp đơn.\n- Nhận thẻ.",
        "Trình tự thực hiện: 1. Nộp đơn.\n2. Nhận thẻ.",
    ],
)
def test_numbered_lettered_and_bulleted_steps(text: str) -> None:
    steps, flags = read_steps([Stage("", text)])
    assert [(step.number, step.who, step.what) for step in steps] == [(1, "", "Nộp đơn."), (2, "", "Nhận thẻ.")]
    assert flags == []


@given(st.integers(2, MOST_STEPS))
def test_as_many_steps_as_the_record_numbers(count: int) -> None:
    text = "\n".join(f"Bước {number}: Cho vịt thứ {number} ăn." for number in range(1, count + 1))
    assert whats(text) == [f"Cho vịt thứ {number} ăn." for number in range(1, count + 1)]


def test_lines_below_a_step_belong_to_it() -> None:
    assert whats("Bước 1: Nộp đơn.\n- Mang theo vịt.\nBước 2:\nNhận thẻ.") == [
        "Nộp đơn. - Mang theo vịt.",
        "Nhận thẻ.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Nộp đơn rồi nhận thẻ.",
        "Bước 1: Nộp đơn.",
        "Bước 1: Nộp đơn.\nBước 3: Nhận thẻ.",
        "Bước 1:\nBước 2: Nhận thẻ.",
        "\n".join(f"Bước {number}: Cho vịt ăn." for number in range(1, MOST_STEPS + 2)),
    ],
)
def test_a_course_without_clear_steps_is_withheld(text: str) -> None:
    steps, flags = read_steps([Stage("", text)])
    assert steps == []
    assert [(flag.kind, flag.part, flag.withheld) for flag in flags] == [("steps_unstructured", "steps", True)]


def test_several_stages_are_steps_with_their_titles() -> None:
    steps, flags = read_steps([Stage("Nộp đơn", "Tại quầy."), Stage("Mặc định", "Nhận thẻ.")])
    assert [step.what for step in steps] == ["Nộp đơn Tại quầy.", "Nhận thẻ."]
    assert flags == []


def test_a_scrambled_text_is_withheld() -> None:
    _, flags = read_steps([Stage("", "Bước 1: Nộp đơn tại\nquầy rồi nhận thẻ.\nBước 2: Về nhà.")])
    assert [(flag.kind, flag.withheld) for flag in flags] == [("scrambled", True)]
    _, flags = read_steps([Stage("", "Bước 1: Nộp đơn.\nquầy mở lúc bảy giờ.\nBước 2: Về nhà.")])
    assert flags == []


@pytest.mark.parametrize("where", ["quầy cấp huyện", "huyện Vịt"])
def test_a_course_that_leads_to_a_district_is_withheld(where: str) -> None:
    _, flags = read_steps([Stage("", f"Bước 1: Nộp đơn tại {where}.\nBước 2: Về nhà.")])
    assert [(flag.kind, flag.withheld) for flag in flags] == [("district_mentioned", True)]


def test_no_course_is_neither_told_nor_dubious() -> None:
    assert read_steps([Stage("", "Không có thông tin")]) == ([], [])
    assert read_steps([]) == ([], [])


def test_a_long_step_is_shortened() -> None:
    (first, _) = whats("Bước 1: " + "Cho vịt ăn thóc. " * 60 + "\nBước 2: Về nhà.")
    assert first.endswith(" …")
    assert len(first) <= LONGEST_STEP + 2
