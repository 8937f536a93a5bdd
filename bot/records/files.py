"""Finds records in files: API replies, crawled pages and lists, as JSON or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Files below a folder that are looked into.
SUFFIXES = (".json", ".jsonl", ".csv", ".xlsx")
TABLES = (".csv", ".xlsx")


@dataclass(frozen=True)
class Found:
    """A raw record with where it stands: file, and line in a file of many."""

    source: str
    raw: Mapping[str, Any]
    where: str


@dataclass
class Findings:
    """What was found in files: records, tables to read back, and what was skipped and why (where, reason)."""

    records: list[Found] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def find(paths: Sequence[Path]) -> Findings:
    """All records in files, and in those below folders, in order of their paths."""
    findings = Findings()
    for path in _files(paths):
        if path.suffix.lower() in TABLES:
            findings.tables.append(path)
            continue
        for where, value in _values(path, findings):
            source = _source_of(value)
            if source is None:
                findings.skipped.append((where, "no record of a procedure"))
            else:
                findings.records.append(Found(source, value, where))
    return findings


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if file.suffix.lower() in SUFFIXES and file.is_file())
        else:
            yield path


def _values(path: Path, findings: Findings) -> Iterator[tuple[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        findings.skipped.append((str(path), f"it cannot be read as UTF-8 text ({error})"))
        return
    is_lines = path.suffix.lower() == ".jsonl"
    # Not splitlines(): it also splits at signs such as U+2028, which may stand in a text.
    texts = enumerate(text.split("\n"), start=1) if is_lines else [(0, text)]
    for number, part in texts:
        where = f"{path}:{number}" if is_lines else str(path)
        if not part.strip():
            continue
        try:
            yield where, json.loads(part, parse_constant=_no_number)
        except ValueError as error:
            findings.skipped.append((where, f"it is no JSON ({error})"))


def _no_number(text: str) -> None:
    """Refuse NaN and Infinity, which JSON has not and a database does not take."""
    raise ValueError(f"{text} is no number")


def _source_of(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return None
    if "ma_thu_tuc" in value:
        return "page"
    data = value.get("data", value)
    if not isinstance(data, Mapping):
        return None
    if "executionCases" in data:
        return "api"
    return "list" if "code" in data and "categories" in data else None
