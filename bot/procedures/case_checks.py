"""What makes a definition's case questions sound: each can be asked, each decides, each row is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.language.normalise import spoken
from bot.procedures.yaml_files import Place, Problem, SourceFile, mappings


def problems(definition: SourceFile) -> Iterator[Problem]:
    """Case questions that can't be asked or change nothing, and rows that no answers reach."""
    rows = [
        (place, row["when"])
        for place, row in mappings(definition.data)
        if place[:1] != ("case_questions",) and row.get("when")
    ]
    yield from _question_problems(definition, {key for _, when in rows for key in when})
    yield from _row_problems(definition, rows)


def _question_problems(definition: SourceFile, decisive: set[str]) -> Iterator[Problem]:
    """Questions that no row depends on, that wait for themselves, or whose answers share a wording."""
    gates = _gates(definition)
    for index, question in enumerate(definition.data.get("case_questions", [])):
        key, place = question["key"], ("case_questions", index)
        if key not in decisive:
            yield definition.problem(
                place,
                f"no row depends on the case question '{key}'",
                "Give rows a 'when' with it, or remove the question",
            )
        if key in _asked_before(key, gates):
            yield definition.problem(
                (*place, "when"), f"'{key}' is only asked after itself", "Remove one of the 'when' in the circle"
            )
        yield from _wording_problems(definition, place, question)


def _row_problems(definition: SourceFile, rows: Iterable[tuple[Place, Mapping[str, Any]]]) -> Iterator[Problem]:
    """Rows that a question decides nothing about, that stay open, or that no answers lead to."""
    questions, gates = answer_keys(definition), _gates(definition)
    for place, when in rows:
        for key in when.keys() & questions.keys():
            if questions[key] <= set(when[key]):
                yield definition.problem(
                    (*place, "when", key), f"it lists every answer of '{key}', so nothing depends on it", "Leave it out"
                )
            yield from _gate_problems(definition, place, when, key, gates[key])


def _gates(definition: SourceFile) -> dict[str, Mapping[str, Any]]:
    return {question["key"]: question.get("when", {}) for question in definition.data.get("case_questions", [])}


def answer_keys(definition: SourceFile) -> dict[str, set[str]]:
    """The answers of each case question."""
    return {
        question["key"]: {answer["key"] for answer in question["answers"]}
        for question in definition.data.get("case_questions", [])
    }


def _gate_problems(
    definition: SourceFile, place: Place, when: Mapping[str, Any], key: str, gate: Mapping[str, Any]
) -> Iterator[Problem]:
    """Where a row depends on a question that is not asked in all of the row's own cases."""
    for asked_first, fitting in gate.items():
        answers = set(when.get(asked_first, []))
        if answers and answers.isdisjoint(fitting):
            yield definition.problem(
                (*place, "when"),
                f"no answers lead to this row: '{key}' is only asked when '{asked_first}' is {_either(fitting)}",
                f"Correct the answers of '{asked_first}' here or in the question's 'when'",
            )
        elif not answers or not answers <= set(fitting):
            yield definition.problem(
                (*place, "when"),
                f"it stays open: '{key}' is only asked when '{asked_first}' is {_either(fitting)}",
                f"Write '{asked_first}: [{', '.join(fitting)}]' here too",
            )


def _asked_before(key: str, gates: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The questions that must be answered before one is asked."""
    before: set[str] = set()
    following = list(gates.get(key, {}))
    while following:
        question = following.pop()
        if question not in before:
            before.add(question)
            following += gates.get(question, {})
    return before


def _either(answers: Iterable[str]) -> str:
    return " or ".join(f"'{answer}'" for answer in answers)


def _wording_problems(definition: SourceFile, place: Place, question: Mapping[str, Any]) -> Iterator[Problem]:
    """Words that would stand for two answers of one question."""
    meant: dict[str, str] = {}
    for index, answer in enumerate(question["answers"]):
        here = (*place, "answers", index)
        texts = [(("label",), answer["label"]), *((("also", n), text) for n, text in enumerate(answer.get("also", [])))]
        for where, text in texts:
            other = meant.setdefault(spoken(text), answer["key"])
            if other != answer["key"]:
                yield definition.problem(
                    (*here, *where), f"'{text}' stands for the answer '{other}' too", "Keep it where it is meant"
                )
