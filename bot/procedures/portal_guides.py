"""Guides to the public-service portal: ``data/portal/<topic>.yml``, one a topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.procedures.yaml_files import Problem, SourceFile, read_all, schema, schema_problems, text_problems

SCHEMA = Path(__file__).parent / "schema" / "guide.schema.json"


@dataclass(frozen=True)
class Guide:
    """How to do one thing on the portal; ``content`` is the guide file as it stands."""

    topic: str
    title: str
    checked_on: date
    content: Mapping[str, Any]

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Guide:
        """The guide that a checked file describes."""
        return cls(content["topic"], content["title"], date.fromisoformat(content["checked_on"]), content)


def topics() -> list[str]:
    """The closed list of topics."""
    return list(schema(SCHEMA)["properties"]["topic"]["enum"])


def read_folder(folder: Path) -> tuple[list[SourceFile], list[Problem]]:
    """Read every guide in a folder; unreadable files become problems."""
    return read_all(sorted(folder.glob("*.yml")))


def check(files: Sequence[SourceFile], folder: Path) -> list[Problem]:
    """Every problem in the guides of a folder, a missing topic included."""
    problems = []
    for file in files:
        problems += [*schema_problems(file, SCHEMA), *text_problems(file)]
        if file.path.stem != file.data.get("topic"):
            problems.append(
                file.problem(("topic",), "the topic is not the file's name", "Name the file after its topic")
            )
        for other in file.data.get("related", []):
            if other not in topics():
                problems.append(file.problem(("related",), f"there is no topic '{other}'", "Name one of the topics"))
    missing = sorted(set(topics()) - {str(file.data.get("topic")) for file in files})
    problems += [Problem(folder / f"{topic}.yml", 1, "this topic has no guide", "Write one") for topic in missing]
    return sorted(problems)
