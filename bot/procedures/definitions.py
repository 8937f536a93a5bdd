"""Curated procedure definitions: reading the YAML files and reporting every problem in them.

A definition is one file ``data/procedures/<field>/<code>.yml``. Its form is the published JSON
schema ``schema/procedure.schema.json``; what a schema cannot say (references between parts of a
file and between files, Unicode form, wording) is checked here. Each problem names the file, the
line, what is wrong and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.procedures import case_checks, journey, model
from bot.procedures.yaml_files import (
    Place,
    Problem,
    SourceFile,
    mappings,
    read_all,
    repeated_keys,
    schema_problems,
    text_problems,
)

SCHEMA = Path(__file__).parent / "schema" / "procedure.schema.json"
MINIMUM_SAYINGS = 12
#: Districts ceased to be a level of government on this day (two-level local government).
DISTRICTS_ABOLISHED = date(2025, 7, 1)

Definition = SourceFile


def code_of(definition: Definition) -> str:
    """The procedure code of a definition, or an empty string while it is missing."""
    return str(definition.data.get("code", ""))


def read_folder(folder: Path) -> tuple[list[Definition], list[Problem]]:
    """Read every definition below a folder; unreadable files become problems."""
    return read_all(sorted(folder.glob("*/*.yml")))


def check_folder(folder: Path) -> list[Problem]:
    """Every problem in every definition below a folder, in file and line order."""
    definitions, problems = read_folder(folder)
    if not definitions and not problems:
        return [Problem(folder, 1, "there is no definition here", "Name a folder that holds <field>/<code>.yml files")]
    return sorted([*problems, *check(definitions)])


def check(definitions: Sequence[Definition]) -> list[Problem]:
    """Every problem in a set of definitions that belong together."""
    known = {code_of(definition) for definition in definitions}
    form = {id(definition): list(schema_problems(definition, SCHEMA)) for definition in definitions}
    sound = [definition for definition in definitions if not form[id(definition)]]
    problems = [problem for found in form.values() for problem in found]
    problems += [problem for definition in definitions for problem in text_problems(definition)]
    problems += [problem for definition in sound for problem in _check_one(definition, known)]
    problems += _repeated_codes(definitions)
    problems += _repeated_sayings(definitions)
    problems += _papers_that_need_themselves(sound)
    return sorted(problems)


def sayings(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """All ways of asking in a definition, each with its place in the file."""
    for style, texts in data.get("sayings", {}).items():
        for index, text in enumerate(texts):
            yield ("sayings", style, index), text


def _check_one(definition: Definition, known: set[str]) -> Iterator[Problem]:
    """What a schema cannot say of a file of the right form."""
    yield from _place_problems(definition)
    yield from _key_problems(definition)
    yield from _reference_problems(definition, known)
    yield from case_checks.problems(definition)
    yield from _saying_problems(definition)
    yield from _validity_problems(definition)
    yield from _listed_problems(definition)


def _place_problems(definition: Definition) -> Iterator[Problem]:
    if definition.path.stem != code_of(definition):
        yield definition.problem(
            ("code",),
            f"the code {code_of(definition)} is not the file's name",
            f"Rename the file to {code_of(definition)}.yml",
        )


def _key_problems(definition: Definition) -> Iterator[Problem]:
    for part in ("documents", "forms", "case_questions"):
        yield from repeated_keys(definition, (part,), definition.data.get(part, []))
    for index, question in enumerate(definition.data.get("case_questions", [])):
        yield from repeated_keys(definition, ("case_questions", index, "answers"), question["answers"])


def _reference_problems(definition: Definition, known: set[str]) -> Iterator[Problem]:
    data = definition.data
    yield from _when_problems(definition)
    forms = {form["key"] for form in data.get("forms", [])}
    documents = {document["key"] for document in data.get("documents", [])}
    steps = len(data.get("steps", []))
    for index, document in enumerate(data.get("documents", [])):
        if "form" in document and document["form"] not in forms:
            yield definition.problem(
                ("documents", index, "form"), f"there is no form '{document['form']}'", _one_of("form", forms)
            )
        for other in document.get("obtained_from", []):
            yield from _unknown_code(definition, ("documents", index, "obtained_from"), other, known)
    for index, row in enumerate(data.get("confirmations", [])):
        if "document" in row and row["document"] not in documents:
            yield definition.problem(
                ("confirmations", index, "document"),
                f"there is no document '{row['document']}'",
                _one_of("document", documents),
            )
        if row.get("step", 1) > max(steps, 1):
            yield definition.problem(
                ("confirmations", index, "step"), f"there is no step {row['step']}", f"The steps are 1 to {steps}"
            )
    for index, twin in enumerate(data.get("twins", [])):
        yield from _unknown_code(definition, ("twins", index, "code"), twin["code"], known)


def _one_of(kind: str, keys: set[str]) -> str:
    return f"Use the key of a {kind} in this file: {', '.join(sorted(keys)) or 'there is none yet'}"


def _unknown_code(definition: Definition, place: Place, code: str, known: set[str]) -> Iterator[Problem]:
    if code == code_of(definition):
        yield definition.problem(place, "the procedure names itself", "Name another procedure")
    elif code not in known:
        yield definition.problem(
            place, f"there is no definition of {code}", "Name a procedure that has a file, or leave it out"
        )


def _when_problems(definition: Definition) -> Iterator[Problem]:
    questions = case_checks.answer_keys(definition)
    for place, row in mappings(definition.data):
        for question, answers in row.get("when", {}).items():
            if question not in questions:
                yield definition.problem(
                    (*place, "when", question),
                    f"there is no case question '{question}'",
                    _one_of("case question", set(questions)),
                )
                continue
            for answer in answers:
                if answer not in questions[question]:
                    yield definition.problem(
                        (*place, "when", question),
                        f"'{question}' has no answer '{answer}'",
                        _one_of("answer", questions[question]),
                    )


def _saying_problems(definition: Definition) -> Iterator[Problem]:
    texts = list(sayings(definition.data))
    if len(texts) < MINIMUM_SAYINGS:
        yield definition.problem(
            ("sayings",), f"{len(texts)} ways of asking are too few", f"Write at least {MINIMUM_SAYINGS}"
        )
    for place, text in texts:
        if place[1] == "unmarked" and not text.isascii():
            yield definition.problem(place, f"'{text}' has Vietnamese marks", "Write it as typed without marks")
    title = _wording(definition.data["name"])
    for index, name in enumerate(definition.data["names"]):
        if _wording(name) == title:
            yield definition.problem(("names", index), "this everyday name repeats the title", "Write what people say")


def _validity_problems(definition: Definition) -> Iterator[Problem]:
    for place, row in mappings(definition.data):
        if "valid_from" in row and "valid_to" in row and row["valid_from"] > row["valid_to"]:
            yield definition.problem((*place, "valid_to"), "it ends before it begins", "Swap or correct the two dates")
    for index, agency in enumerate(definition.data["agencies"]):
        ended = agency.get("valid_to", "9999") <= DISTRICTS_ABOLISHED.isoformat()
        if "huyện" in agency["name"].lower() and not ended:
            yield definition.problem(
                ("agencies", index, "name"),
                "districts have had no agencies since 2025-07-01",
                "Name today's agency, or end this row with 'valid_to: 2025-06-30'",
            )


def _listed_problems(definition: Definition) -> Iterator[Problem]:
    if definition.data["details"] != "listed":
        return
    details = ("documents", "confirmations", "channels", "fees", "steps", "results", "conditions", "forms")
    for part in details:
        if part in definition.data:
            yield definition.problem(
                (part,),
                f"a procedure known from the list only has no {part}",
                "Remove it, or write 'details: complete'",
            )


def _repeated_codes(definitions: Sequence[Definition]) -> Iterator[Problem]:
    first: dict[str, Definition] = {}
    for definition in definitions:
        other = first.setdefault(code_of(definition), definition)
        if other is not definition:
            yield definition.problem(
                ("code",), f"{code_of(definition)} is defined in {other.path} too", "Keep one of the files"
            )


def _papers_that_need_themselves(definitions: Sequence[Definition]) -> Iterator[Problem]:
    by_code = {code_of(definition): definition for definition in definitions}
    procedures = {code: model.from_definition(definition.data) for code, definition in by_code.items()}
    for paper in journey.impossible(procedures):
        definition = by_code[paper.code]
        index = next(i for i, row in enumerate(definition.data["documents"]) if row["key"] == paper.document)
        yield definition.problem(
            ("documents", index, "obtained_from"),
            f"'{paper.document}' is obtained from {', '.join(paper.codes)}, which in the end needs {paper.code} first",
            "Name a procedure that can be done before this one, or say with 'when' or 'condition' when it is needed",
        )


def _repeated_sayings(definitions: Sequence[Definition]) -> Iterator[Problem]:
    first: dict[str, Definition] = {}
    for definition in definitions:
        if not isinstance(definition.data.get("sayings"), dict):
            continue
        for place, text in sayings(definition.data):
            other = first.setdefault(_wording(text), definition)
            if other is definition:
                continue
            yield definition.problem(place, f"'{text}' stands in {other.path.name} too", "Keep it where it is meant")


def _wording(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())
