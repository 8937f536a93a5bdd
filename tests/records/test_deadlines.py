from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.procedures.model import Channel, Deadline, Flag
from bot.records.deadlines import LONGEST_NOTE, read_channels, read_deadlines, spans
from bot.records.interpret import words
from bot.records.record import Method

WORDS = words()["deadline"]
UNITS = {"working_day": "ngày làm việc", "day": "ngày", "hour": "giờ", "month": "tháng", "year": "năm"}


def method(time: float | None, unit: str | None, description: str = "", channel: str = "in_person") -> Method:
    return Method(channel, time, unit, description, ())


def read(*methods: Method, times: tuple[tuple[float, str | None], ...] = ()) -> tuple[list[Deadline], list[Flag]]:
    return read_deadlines(methods, times, WORDS)


@given(st.integers(1, 400), st.sampled_from(sorted(UNITS)))
def test_a_number_with_its_unit_is_told_in_words(time: int, unit: str) -> None:
    deadlines, flags = read(method(time, unit))
    assert deadlines == [Deadline("in_person", f"{time} {UNITS[unit]}", time, unit)]
    assert flags == []


def test_half_a_day_is_written_with_a_comma() -> None:
    assert read(method(0.5, "day"))[0][0].text == "0,5 ngày"


@pytest.mark.parametrize(
    ("time", "unit", "kind", "withheld"),
    [
        (5, None, "deadline_without_unit", True),
        (0, "day", "deadline_missing", True),
        (None, "day", "deadline_missing", False),
        (None, None, "deadline_missing", False),
    ],
)
def test_what_is_no_time_for_sure_is_not_told(time: float | None, unit: str | None, kind: str, withheld: bool) -> None:
    deadlines, flags = read(method(time, unit))
    assert deadlines == []
    assert [(flag.kind, flag.part, flag.withheld) for flag in flags] == [(kind, "deadlines", withheld)]


def test_words_that_name_the_same_time_or_none_add_nothing() -> None:
    for said in ("", "Không có thông tin", "Nộp tại quầy.", "Trong 3 ngày làm việc kể từ khi nộp"):
        deadlines, flags = read(method(3, "working_day", said))
        assert deadlines == [Deadline("in_person", "3 ngày làm việc", 3, "working_day")]
        assert flags == []


def test_words_that_name_another_time_are_told_beside_it() -> None:
    deadlines, flags = read(method(3, "working_day", "Vịt ốm: 10 ngày"))
    text = "3 ngày làm việc; hồ sơ công bố còn ghi: “Vịt ốm: 10 ngày”"
    assert deadlines == [Deadline("in_person", text, 3, "working_day")]
    assert flags == []


def test_words_alone_are_told_as_the_records() -> None:
    deadlines, _ = read(method(None, None, "Trong 2 giờ"))
    assert deadlines == [Deadline("in_person", "hồ sơ công bố ghi: “Trong 2 giờ”")]


@pytest.mark.parametrize("time", [None, 3])
def test_words_too_long_to_tell_withhold_the_time(time: float | None) -> None:
    said = "Vịt ốm: 10 ngày. " + "Vịt bơi. " * 60
    assert len(said) > LONGEST_NOTE
    deadlines, flags = read(method(time, "day" if time else None, said))
    assert deadlines == []
    assert [(flag.kind, flag.withheld) for flag in flags] == [("deadline_depends", True)]
    assert len(flags[0].quote) < 300


def test_two_times_of_one_way_are_told_with_the_words_that_tell_them_apart() -> None:
    deadlines, flags = read(method(3, "day", "Vịt con"), method(5, "day", "Vịt già"), method(4, "day", channel="post"))
    assert [row.text for row in deadlines] == [
        "3 ngày; hồ sơ công bố còn ghi: “Vịt con”",
        "5 ngày; hồ sơ công bố còn ghi: “Vịt già”",
        "4 ngày",
    ]
    assert flags == []
    deadlines, flags = read(method(3, "day"), method(5, "day"))
    assert deadlines == []
    assert {flag.kind for flag in flags} == {"deadline_depends"}
    assert all(flag.withheld for flag in flags)


def test_a_time_elsewhere_in_the_record_that_contradicts_withholds_both() -> None:
    _, flags = read(method(3, "day"), times=((9.0, "day"),))
    assert [(flag.kind, flag.withheld) for flag in flags] == [("deadline_contradicted", True)]
    for agreeing in (((3.0, "day"),), ((9.0, "day"), (3.0, "day")), ((0.0, "day"),), ((9.0, None),), ()):
        assert read(method(3, "day"), times=agreeing)[1] == []
    assert read(method(3, "working_day"), times=((3.0, "day"),))[1] != []


def test_the_times_that_a_text_names() -> None:
    said = "Trong 03 ngày làm việc, hoặc 1,5 giờ, 2 (hai) tháng; 5 con vịt, 15 ngày 7 tháng 5 năm 2025"
    assert spans(said) == {(3, "working_day"), (1.5, "hour"), (2, "month")}


def test_a_way_to_file_is_told_once_and_its_words_once() -> None:
    methods = [
        method(3, "day", "Nộp tại quầy."),
        method(5, "day", "Vịt già."),
        method(3, "day", "Nộp tại quầy.", "online"),
        method(3, "day", "Không có thông tin", "post"),
    ]
    assert read_channels(methods) == [
        Channel("in_person", "Nộp tại quầy."),
        Channel("online"),
        Channel("post"),
    ]
