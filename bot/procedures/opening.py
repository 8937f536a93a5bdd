"""When an office is open: its hours by weekday, and the public holidays of Vietnam."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from itertools import pairwise

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: No break is longer: the days off around Tết and the weekends beside them.
LONGEST_BREAK = 31

Span = tuple[time, time]
#: Weekday → the spans in which an office is open, in order; a weekday that is missing is a day off.
Hours = Mapping[str, Sequence[Span]]

_SPAN = re.compile(r"(\d{1,2})[:h](\d{2})\s*[-–]\s*(\d{1,2})[:h](\d{2})")


class UnusableHours(ValueError):
    """Hours that cannot be read; the message says why."""


@dataclass(frozen=True)
class Opening:
    """How an office stands at a moment: open until ``closes``, or closed until ``opens``.

    ``holiday`` is the public holiday of that day, if it is one; which days the government moves or adds each
    year is announced late, so that it holds by the general calendar only.
    """

    closes: datetime | None = None
    opens: datetime | None = None
    holiday: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self.closes is not None


def read_hours(text: str) -> tuple[Span, ...]:
    """The spans that a text such as ``07:30-11:30; 13:30-17:00`` gives.

    Raises:
        UnusableHours: It is written otherwise, or the spans end before they begin or overlap.
    """
    spans = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise UnusableHours(f"'{part}' is no span of hours")
        try:
            spans.append((time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))))
        except ValueError:
            raise UnusableHours(f"'{part}' has a time that no clock shows") from None
    ends = [moment for span in spans for moment in span]
    if any(later <= earlier for earlier, later in pairwise(ends)):
        raise UnusableHours(f"'{text}' is not in order")
    return tuple(spans)


def write_hours(spans: Sequence[Span]) -> str:
    """The text that :func:`read_hours` reads."""
    return "; ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)


def holiday(day: date) -> str | None:
    """The public holiday that a day is by the general calendar, lunar ones and days in lieu included."""
    return _holidays(day.year).get(day)


def opening(hours: Hours, now: datetime) -> Opening:
    """Whether an office with some hours is open at a moment, and until or from when.

    Args:
        hours: The office's hours.
        now: The moment, with its time zone.
    """
    local = now.astimezone(VIETNAM)
    today = holiday(local.date())
    for start, end in _spans(hours, local.date()):
        if start <= local < end:
            return Opening(closes=end, holiday=today)
        if local < start:
            return Opening(opens=start, holiday=today)
    return Opening(holiday=today)


def _spans(hours: Hours, first: date) -> Iterator[tuple[datetime, datetime]]:
    """The spans of the working days from a day on, in order."""
    for distance in range(LONGEST_BREAK + 1):
        day = first + timedelta(days=distance)
        if holiday(day) is None:
            for start, end in hours.get(WEEKDAYS[day.weekday()], ()):
                yield datetime.combine(day, start, VIETNAM), datetime.combine(day, end, VIETNAM)


@cache
def _holidays(year: int) -> dict[date, str]:
    # Imported here: only a question about a place needs it.
    from holidays import country_holidays

    return dict(country_holidays("VN", years=year, language="vi"))
