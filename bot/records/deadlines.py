"""Processing times as published → deadlines, or nothing where the record does not say them for sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.procedures.model import Channel, Deadline, Flag
from bot.records.prose import says_nothing, shortened
from bot.records.record import Method

#: What a description may add to an answer, in characters.
LONGEST_NOTE = 420
_SPAN = re.compile(
    r"\b(\d{1,3}(?:[.,]5)?)(?: \([^)]{1,20}\))? (ngày làm việc|ngày|giờ làm việc|giờ|tháng|năm)\b(?! \d)", re.IGNORECASE
)
_SPAN_UNITS = {
    "ngày làm việc": "working_day", "ngày": "day", "giờ": "hour", "giờ làm việc": "working_hour",
    "tháng": "month", "năm": "year",
}  # fmt: skip


def read_channels(methods: Sequence[Method]) -> list[Channel]:
    """The ways to file, each once, with what the record says beside them."""
    notes: dict[str, str | None] = {}
    for method in methods:
        note = None if says_nothing(method.description) else shortened(method.description, LONGEST_NOTE)
        is_told = note in notes.values()  # the record repeats what holds for every way
        notes[method.channel] = notes.get(method.channel) or (None if is_told else note)
    return [Channel(kind, note) for kind, note in notes.items()]


def read_deadlines(
    methods: Sequence[Method], handling_times: Iterable[tuple[float, str | None]], words: Mapping[str, str]
) -> tuple[list[Deadline], list[Flag]]:
    """The deadlines of a record.

    A number without a unit is no deadline. Where the words beside a number name other times, they are given with it;
    where they are too long to give, or two numbers of the record contradict each other, nothing is.

    Args:
        methods: The ways to file, with their processing times.
        handling_times: Times that the record gives elsewhere for the same case.
        words: How to write a deadline: unit → text with ``{amount}``, and ``said`` with ``{text}``.
    """
    deadlines: list[Deadline] = []
    flags: list[Flag] = []
    several = _with_several_times(methods)
    for method in methods:
        deadline, flag = _read(method, words, depends=method.channel in several)
        if deadline is not None and deadline not in deadlines:
            deadlines.append(deadline)
        if flag is not None:
            flags.append(flag)
    flags += _contradictions(deadlines, handling_times)
    return deadlines, list(dict.fromkeys(flags))


def spans(text: str) -> set[tuple[float, str]]:
    """The times that a text names, as (amount, unit)."""
    return {(float(m[1].replace(",", ".")), _SPAN_UNITS[m[2].lower()]) for m in _SPAN.finditer(text)}


def _with_several_times(methods: Sequence[Method]) -> set[str]:
    """The ways to file that have more than one time: which one holds stands in the words beside each."""
    times: dict[str, set[tuple[float | None, str | None]]] = {}
    for method in methods:
        times.setdefault(method.channel, set()).add((method.time, method.unit))
    return {channel for channel, found in times.items() if len(found) > 1}


def _read(method: Method, words: Mapping[str, str], depends: bool) -> tuple[Deadline | None, Flag | None]:
    description = "" if says_nothing(method.description) else method.description
    named = spans(description)
    stated = f"{method.channel}: {method.time or ''} {method.unit or '?'}"
    if not method.time or method.unit is None:
        if named and len(description) <= LONGEST_NOTE:
            return Deadline(method.channel, words["said"].format(text=description)), None
        if named:
            return None, Flag("deadline_depends", "deadlines", f"{stated}; {description[:200]}", True)
        kind = "deadline_without_unit" if method.time else "deadline_missing"
        return None, Flag(kind, "deadlines", stated, method.time is not None)
    text = words[method.unit].format(amount=f"{method.time:g}".replace(".", ","))
    if named <= {(method.time, method.unit)} and not depends:
        return Deadline(method.channel, text, method.time, method.unit), None
    if description and len(description) <= LONGEST_NOTE:
        return Deadline(
            method.channel, words["beside"].format(time=text, text=description), method.time, method.unit
        ), None
    return None, Flag("deadline_depends", "deadlines", f"{stated}; {description[:200]}", True)


def _contradictions(deadlines: Sequence[Deadline], handling_times: Iterable[tuple[float, str | None]]) -> list[Flag]:
    given = {(deadline.amount, deadline.unit) for deadline in deadlines if deadline.amount}
    others = {time for time in handling_times if time[0] and time[1]}
    if not given or not others or given & others:
        return []
    return [Flag("deadline_contradicted", "deadlines", f"{sorted(given, key=str)} / {sorted(others, key=str)}", True)]
