"""Life events: what happens in life and which procedures it takes; ``data/life_events/<key>.yml``, one an event."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.language.text import fold
from bot.procedures.cases import may_hold
from bot.procedures.definitions import Definition, code_of
from bot.procedures.model import When
from bot.procedures.yaml_files import (
    Place,
    Problem,
    SourceFile,
    read_all,
    repeated_keys,
    schema_problems,
    text_problems,
)

SCHEMA = Path(__file__).parent / "schema" / "life_event.schema.json"


@dataclass(frozen=True)
class Answer:
    """One answer to a question of a life event; ``also`` are other wordings of it.

    ``assumed`` is the case that is taken for granted until the citizen says otherwise, in words: nearly all are in it.
    """

    key: str
    label: str
    also: tuple[str, ...] = ()
    assumed: str | None = None


@dataclass(frozen=True)
class Question:
    """A question that decides which procedures a life event takes."""

    key: str
    question: str
    answers: tuple[Answer, ...]
    when: When


@dataclass(frozen=True)
class NeededProcedure:
    """A procedure that a life event takes.

    Attributes:
        need: ``must``, ``usually`` or ``may``.
        why: What it is for, in one sentence.
        by: The time limit, if the record gives one.
        after: Codes that come before it, if they are needed.
        case: Answers to the procedure's own case questions that the event implies.
    """

    code: str
    need: str
    why: str
    by: str | None
    when: When
    after: tuple[str, ...]
    case: Mapping[str, str]


@dataclass(frozen=True)
class LifeEvent:
    """Something that happens in life; ``content`` is the file as it stands."""

    key: str
    name: str
    introduction: str
    names: tuple[str, ...]
    questions: tuple[Question, ...]
    procedures: tuple[NeededProcedure, ...]
    content: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> LifeEvent:
        """The life event that a checked file describes."""
        questions = tuple(_question(row) for row in content.get("questions", ()))
        return cls(
            content["key"],
            content["name"],
            content["introduction"],
            tuple(content["names"]),
            questions,
            tuple(_procedure(row, questions) for row in content["procedures"]),
            content,
        )


def assumed(event: LifeEvent) -> dict[str, Answer]:
    """The answers that are taken for granted until the citizen says otherwise, by question."""
    answers = ((question.key, answer) for question in event.questions for answer in question.answers)
    return {question: answer for question, answer in answers if answer.assumed is not None}


def needed(
    event: LifeEvent, answers: Mapping[str, str], known_codes: Collection[str] | None = None
) -> list[NeededProcedure]:
    """The procedures that can still be needed, in the order in which to go.

    Args:
        event: What happened.
        answers: Question → answer, as far as they are known.
        known_codes: The procedures that can be told about; all by default.

    Returns:
        Rows whose ``when`` keeps what is still open: empty when the row is certain.
    """
    return [
        replace(row, when={key: keys for key, keys in row.when.items() if key not in answers})
        for row in event.procedures
        if may_hold(row.when, answers) and (known_codes is None or row.code in known_codes)
    ]


def next_question(
    event: LifeEvent,
    answers: Mapping[str, str],
    known_codes: Collection[str] | None = None,
    skipped: Collection[str] = (),
) -> Question | None:
    """The first question whose answers lead to different lists, or None when nothing more would change.

    Args:
        event: What happened.
        answers: Question → answer, as far as they are known.
        known_codes: The procedures that can be told about; all by default.
        skipped: Questions that the citizen could not answer.
    """
    for question in event.questions:
        if question.key in answers or question.key in skipped or not may_hold(question.when, answers):
            continue
        first, *others = (needed(event, {**answers, question.key: a.key}, known_codes) for a in question.answers)
        if any(other != first for other in others):
            return question
    return None


def paths(
    event: LifeEvent, known_codes: Collection[str] | None = None, answers: Mapping[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """Every set of answers that the questions of an event lead to."""
    given = dict(answers or {})
    question = next_question(event, given, known_codes)
    if question is None:
        yield given
        return
    for answer in question.answers:
        yield from paths(event, known_codes, {**given, question.key: answer.key})


def read_folder(folder: Path) -> tuple[list[SourceFile], list[Problem]]:
    """Read every life event in a folder; unreadable files become problems."""
    return read_all(sorted(folder.glob("*.yml")))


def check(
    files: Sequence[SourceFile], definitions: Iterable[Definition], other_codes: Collection[str]
) -> list[Problem]:
    """Every problem in a set of life events.

    Args:
        files: The files of the events.
        definitions: The curated procedures.
        other_codes: Codes of procedures that are known, but not curated.
    """
    curated = {code_of(definition): definition.data for definition in definitions}
    problems = [problem for file in files for problem in _check_one(file, curated, other_codes)]
    return sorted([*problems, *_repeated_names(files)])


def _question(row: Mapping[str, Any]) -> Question:
    answers = (
        Answer(answer["key"], answer["label"], tuple(answer.get("also", ())), answer.get("assumed"))
        for answer in row["answers"]
    )
    return Question(row["key"], row["question"], tuple(answers), _when(row))


def _procedure(row: Mapping[str, Any], questions: Sequence[Question]) -> NeededProcedure:
    when = _when(row)
    for question in reversed(questions):  # what depends on a question depends on what leads to the question
        for key, answers in question.when.items() if question.key in when else ():
            when[key] = tuple(answer for answer in answers if answer in when.get(key, answers))
    after = tuple(row.get("after", ()))
    return NeededProcedure(row["code"], row["need"], row["why"], row.get("by"), when, after, row.get("case", {}))


def _when(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {question: tuple(answers) for question, answers in row.get("when", {}).items()}


def _check_one(
    file: SourceFile, curated: Mapping[str, Mapping[str, Any]], other_codes: Collection[str]
) -> Iterator[Problem]:
    broken = [*schema_problems(file, SCHEMA), *text_problems(file)]
    broken = broken or [*_name_problems(file), *_question_problems(file), *_when_problems(file)]
    yield from broken
    if broken:
        return  # the ways through an event can only be followed when its references lead somewhere
    yield from _code_problems(file, curated, other_codes)
    yield from _order_problems(file, curated)
    yield from _path_problems(file)


def _name_problems(file: SourceFile) -> Iterator[Problem]:
    if file.path.stem != file.data["key"]:
        yield file.problem(("key",), "the key is not the file's name", "Name the file after its key")


def _question_problems(file: SourceFile) -> Iterator[Problem]:
    questions = file.data.get("questions", [])
    yield from repeated_keys(file, ("questions",), questions)
    for number, question in enumerate(questions):
        yield from repeated_keys(file, ("questions", number, "answers"), question["answers"])


def _when_problems(file: SourceFile) -> Iterator[Problem]:
    questions: dict[str, set[str]] = {}
    for number, question in enumerate(file.data.get("questions", [])):
        yield from _wrong_when(file, ("questions", number, "when"), question, questions)
        questions[question["key"]] = {answer["key"] for answer in question["answers"]}
    for number, row in enumerate(file.data["procedures"]):
        yield from _wrong_when(file, ("procedures", number, "when"), row, questions)


def _wrong_when(
    file: SourceFile, place: Place, row: Mapping[str, Any], questions: Mapping[str, set[str]]
) -> Iterator[Problem]:
    for question, answers in row.get("when", {}).items():
        if question not in questions:
            instead = f"Use a question that stands before: {', '.join(questions) or 'there is none'}"
            yield file.problem((*place, question), f"there is no question '{question}'", instead)
            continue
        for answer in sorted(set(answers) - questions[question]):
            instead = f"Use one of: {', '.join(sorted(questions[question]))}"
            yield file.problem((*place, question), f"'{question}' has no answer '{answer}'", instead)
        if set(answers) >= questions[question]:
            yield file.problem((*place, question), f"it names every answer to '{question}'", "Leave the question out")


def _code_problems(
    file: SourceFile, curated: Mapping[str, Mapping[str, Any]], other_codes: Collection[str]
) -> Iterator[Problem]:
    for number, row in enumerate(file.data["procedures"]):
        place: Place = ("procedures", number)
        if row["code"] not in curated and row["code"] not in other_codes:
            what = f"there is no procedure {row['code']}"
            yield file.problem((*place, "code"), what, "Use a code of data/procedures or data/sayings")
        questions = {
            question["key"]: {answer["key"] for answer in question["answers"]}
            for question in curated.get(row["code"], {}).get("case_questions", ())
        }
        for question, answer in row.get("case", {}).items():
            if answer not in questions.get(question, ()):
                what = f"{row['code']} has no answer '{answer}' to a case question '{question}'"
                known = ", ".join(sorted(questions.get(question, questions))) or "it has no case questions"
                yield file.problem((*place, "case", question), what, f"Use one of: {known}")


def _order_problems(file: SourceFile, curated: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    before: set[str] = set()
    for number, row in enumerate(file.data["procedures"]):
        for place, code in enumerate(row.get("after", ())):
            at: Place = ("procedures", number, "after", place)
            if code not in before:
                yield file.problem(at, f"{code} does not stand before {row['code']}", f"Put {code} before it")
            if row["code"] in _sources(curated.get(code, {})):
                what = f"a document of {code} is the result of {row['code']}"
                yield file.problem(at, what, "Turn the order round, or leave it out")
        before.add(row["code"])


def _sources(procedure: Mapping[str, Any]) -> set[str]:
    return {code for document in procedure.get("documents", ()) for code in document.get("obtained_from", ())}


def _path_problems(file: SourceFile) -> Iterator[Problem]:
    event = LifeEvent.from_content(file.data)
    reached: set[int] = set()
    asked: set[str] = set()
    for answers in paths(event):
        rows = needed(event, answers)
        way = ", ".join(f"{question}: {answer}" for question, answer in answers.items()) or "any answers"
        asked.update(answers)
        reached.update(n for n, row in enumerate(event.procedures) if may_hold(row.when, answers))
        if not rows:
            yield file.problem(("procedures",), f"nothing is needed with {way}", "Give that case a procedure")
        for row in rows:
            if row.when:
                what = f"with {way}, nobody asks '{', '.join(row.when)}', on which {row.code} depends"
                yield file.problem(("procedures",), what, "Let the row depend on what the question's 'when' names")
        for code in {row.code for row in rows if [other.code for other in rows].count(row.code) > 1}:
            yield file.problem(("procedures",), f"{code} stands twice with {way}", "Let one answer exclude one of them")
    for number, row in enumerate(event.procedures):
        if number not in reached:
            yield file.problem(("procedures", number), f"no answers lead to {row.code}", "Correct its 'when'")
    for number, question in enumerate(event.questions):
        if question.key not in asked:
            what = f"the question '{question.key}' changes nothing"
            yield file.problem(("questions", number), what, "Let a row depend on it, or remove it")


def _repeated_names(files: Sequence[SourceFile]) -> Iterator[Problem]:
    first: dict[str, SourceFile] = {}
    for file in files:
        for number, name in enumerate(file.data.get("names") or ()):
            other = first.setdefault(fold(str(name)), file)
            if other is not file:
                what = f"'{name}' names {other.path.name} too"
                yield file.problem(("names", number), what, "Keep it where it is meant")
