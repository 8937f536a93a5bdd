"""Reads one entry of the portal's list of procedures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.records.prose import one_line, says_nothing
from bot.records.reading import UnreadableRecord, code_in, text_in
from bot.records.record import Record


def read_entry(entry: Mapping[str, Any]) -> Record:
    """The record that a list entry is: name, field, agencies and who may apply.

    Raises:
        UnreadableRecord: It has no code, no name, or not the form of an entry.
    """
    code = code_in(entry)
    try:
        return Record(
            code=code,
            name=text_in(entry, "name"),
            source="list",
            formality_id=text_in(entry, "id"),
            kind=text_in(entry, "type"),
            fields=_texts(entry.get("categories")),
            applicants=_texts(entry.get("formalityTargetType")),
            publisher=one_line(entry.get("departmentPromulgate")) or None,
            agencies=tuple(("performs", name) for name in _texts(entry.get("departments"))),
        )
    except (TypeError, ValueError) as error:
        raise UnreadableRecord(code, f"it has not the form of a list entry ({error})") from error


def _texts(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(f"{values!r:.40} is no list of texts")
    return tuple(dict.fromkeys(one_line(value) for value in values or () if not says_nothing(value)))
