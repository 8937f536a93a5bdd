"""YAML files that people write: reading them with the place of every part, and problems in them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

Place = tuple[str | int, ...]

_ADVICE = {
    "required": "Add the missing key; docs/curating.md shows an example of each",
    "additionalProperties": "Remove the key or correct its spelling",
    "pattern": "Follow the pattern, with no space at either end",
    "minItems": "Add more entries",
    "maxLength": "Shorten it, or split it into several entries",
    "uniqueItems": "Remove the entry that stands twice",
    "type": "Use the type that the schema names; put quotes around codes and numbers that are text",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file, with the line and what to write instead."""

    path: Path
    line: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}. {self.instead}"


class UnreadableFile(Exception):
    """A file that is no YAML mapping; carries the problem to report."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class SourceFile:
    """A file as read: plain data, and the line of every part in the file."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The 1-based line of a part, given as keys and indexes from the root; of its parent if it is missing."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, what: str, instead: str) -> Problem:
        """A problem at a part of this file."""
        return Problem(self.path, self.line(place), what, instead)


def read(path: Path) -> SourceFile:
    """Read one file.

    Raises:
        UnreadableFile: The file is not UTF-8 YAML with a mapping at the top and no key twice.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = f"this is not valid YAML ({error.problem})"
        advice = "Check the indentation, and put quotes around texts with ': ' or '#'"
        raise UnreadableFile(Problem(path, line, what, advice)) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(Problem(path, 1, "the file is not UTF-8", "Save it as UTF-8")) from error
    if not isinstance(root, yaml.MappingNode):
        raise UnreadableFile(Problem(path, 1, "the file has no keys at the top", "See docs/curating.md for the form"))
    lines: dict[Place, int] = {}
    try:
        data = _plain(root, (), lines)
    except _RepeatedKey as error:
        problem = Problem(path, error.line, f"the key '{error.key}' stands twice", "Keep one of them")
        raise UnreadableFile(problem) from error
    return SourceFile(path, data, lines)


def read_all(paths: list[Path]) -> tuple[list[SourceFile], list[Problem]]:
    """Read files; unreadable ones become problems."""
    files, problems = [], []
    for path in paths:
        try:
            files.append(read(path))
        except UnreadableFile as error:
            problems.append(error.problem)
    return files, problems


@cache
def schema(path: Path) -> dict[str, Any]:
    """A published JSON schema."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def schema_problems(file: SourceFile, schema_path: Path) -> Iterator[Problem]:
    """Where a file departs from its schema."""
    validator = jsonschema.Draft7Validator(schema(schema_path), format_checker=jsonschema.FormatChecker())
    for error in validator.iter_errors(file.data):
        place = tuple(error.absolute_path)
        where = ".".join(str(step) for step in place) or "the file"
        yield file.problem(place, f"{where}: {error.message}", _advice(error))


def text_problems(file: SourceFile) -> Iterator[Problem]:
    """Texts that are not in Unicode form NFC."""
    for place, text in _texts(file.data):
        if not unicodedata.is_normalized("NFC", text):
            yield file.problem(place, f"'{text[:40]}' is not in Unicode form NFC", "Save the file in NFC")


def repeated_keys(file: SourceFile, place: Place, rows: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    """Every row of a list in a file whose ``key`` an earlier row has."""
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row["key"] in seen:
            yield file.problem((*place, index, "key"), f"the key '{row['key']}' stands twice", "Rename one of them")
        seen.add(row["key"])


def mappings(node: Any, place: Place = ()) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every mapping below a node, with its place."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from mappings(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from mappings(value, (*place, index))


def _texts(node: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(node, str):
        yield place, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _texts(value, (*place, index))


def _advice(error: jsonschema.ValidationError) -> str:
    if error.validator == "enum":
        allowed: Any = error.validator_value
        return f"Write one of: {', '.join(map(str, allowed))}"
    return _ADVICE.get(str(error.validator), "See the schema and docs/curating.md")


class _RepeatedKey(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    """The plain data of a node; dates stay texts, and only true and false are truth values."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in mapping:
                raise _RepeatedKey(key, key_node.start_mark.line + 1)
            lines[(*place, key)] = key_node.start_mark.line + 1
            mapping[key] = _plain(value_node, (*place, key), lines)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, (*place, index), lines) for index, value in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool" and node.value in ("true", "false"):
        return node.value == "true"
    if kind in ("int", "float"):
        try:
            return int(node.value) if kind == "int" else float(node.value)
        except ValueError:
            return node.value
    return node.value
