from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.procedures.opening import (
    LONGEST_BREAK,
    VIETNAM,
    WEEKDAYS,
    Hours,
    UnusableHours,
    holiday,
    opening,
    read_hours,
    write_hours,
)

OFFICE = {day: read_hours("07:30-11:30; 13:30-17:00") for day in WEEKDAYS[:5]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("now", "closes"), [("2026-11-23T07:30", "2026-11-23T11:30"), ("2026-11-23T16:59", "2026-11-23T17:00")]
)
def test_an_office_is_open_within_its_hours(now: str, closes: str) -> None:
    state = opening(OFFICE, at(now))
    assert (state.is_open, state.closes) == (True, at(closes))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T07:29", "2026-11-23T07:30"),
        ("2026-11-23T11:30", "2026-11-23T13:30"),
        ("2026-11-23T17:00", "2026-11-24T07:30"),
        ("2026-11-27T17:00", "2026-11-30T07:30"),
        ("2026-04-26T09:00", "2026-04-28T07:30"),
        ("2026-02-16T09:00", "2026-02-23T07:30"),
        ("2026-12-31T20:00", "2027-01-04T07:30"),
    ],
)
def test_a_closed_office_says_when_it_opens_next(now: str, opens: str) -> None:
    state = opening(OFFICE, at(now))
    assert (state.is_open, state.opens) == (False, at(opens))


def test_a_moment_in_another_time_zone_is_the_same_moment() -> None:
    assert opening(OFFICE, datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc)).is_open


def test_holidays_are_named_in_vietnamese_lunar_ones_and_days_in_lieu_included() -> None:
    assert holiday(date(2026, 9, 2)) == "Quốc khánh"
    assert holiday(date(2026, 2, 17)) == "Tết Nguyên Đán"
    assert "nghỉ bù" in (holiday(date(2026, 4, 27)) or "")
    assert holiday(date(2026, 11, 23)) is None
    assert opening(OFFICE, at("2026-09-02T09:00")).holiday == "Quốc khánh"


def test_an_office_that_never_opens_has_no_next_time() -> None:
    assert opening({}, at("2026-11-23T09:00")).opens is None


@pytest.mark.parametrize(
    "text", ["sáng", "07:30", "25:00-26:00", "11:30-07:30", "07:30-11:30; 11:00-12:00", "07:30-07:30", "7-11"]
)
def test_unusable_hours_are_refused(text: str) -> None:
    with pytest.raises(UnusableHours):
        read_hours(text)


def test_hours_are_read_as_people_write_them() -> None:
    assert read_hours("7h30 - 11h30;13:30–17:00") == OFFICE["monday"]
    assert read_hours("") == ()


_MINUTES = st.lists(st.integers(0, 24 * 60 - 1), unique=True, max_size=6).map(sorted)
_SPANS = _MINUTES.map(
    lambda minutes: tuple(
        (time(*divmod(start, 60)), time(*divmod(end, 60)))
        for start, end in zip(minutes[::2], minutes[1::2], strict=False)
    )
)
_HOURS = st.fixed_dictionaries(dict.fromkeys(WEEKDAYS, _SPANS))
_MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(VIETNAM))


@given(_SPANS)
def test_hours_written_and_read_are_the_same(spans: tuple[tuple[time, time], ...]) -> None:
    assert read_hours(write_hours(spans)) == spans


@settings(max_examples=200, deadline=None)
@given(_HOURS, _MOMENTS)
def test_what_is_said_of_an_office_agrees_with_its_hours_at_every_moment(hours: Hours, now: datetime) -> None:
    state = opening(hours, now)
    works_today = holiday(now.date()) is None
    is_within = any(start <= now.time() < end for start, end in hours[WEEKDAYS[now.weekday()]])
    assert state.is_open == (works_today and is_within)
    assert state.holiday == holiday(now.date())
    if state.closes is not None:
        assert now < state.closes
        assert opening(hours, state.closes - timedelta(microseconds=1)).is_open
    if state.opens is not None:
        assert now < state.opens
        assert opening(hours, state.opens).is_open
        assert opening(hours, state.opens - timedelta(microseconds=1)).opens == state.opens
        assert state.opens - now <= timedelta(days=LONGEST_BREAK + 1)
