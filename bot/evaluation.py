"""Measuring answers: questions with known answers, asked by the live path."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from rich.console import Console
from rich.progress import track
from ruamel.yaml import YAML

from bot.dialogue.respond import Responder
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures.catalogue import Snapshot
from bot.procedures.model import ASPECTS
from bot.settings import ROOT, Settings

MODELS = ROOT / "models"


@dataclass(frozen=True)
class Question:
    """A question with its right codes and aspects; ``outcome`` where no procedure is the answer."""

    question: str
    codes: tuple[str, ...]
    aspects: tuple[str, ...]
    style: str
    outcome: str | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a question, and in how many milliseconds."""

    question: Question
    message: Message
    reply: Reply
    candidates: tuple[str, ...]
    milliseconds: float

    @property
    def codes(self) -> list[str]:
        """The procedures answered with or offered, best first."""
        return [procedure["code"] for procedure in self.reply.procedures]

    @property
    def is_right(self) -> bool:
        """Whether the first candidate is among the right codes."""
        return bool(self.candidates) and self.candidates[0] in self.question.codes

    @property
    def is_clarified(self) -> bool:
        """Whether a right code is among the choices of a question asked back."""
        asked_back = self.reply.outcome in ("clarify", "case_question")
        return asked_back and bool(set(self.codes) & set(self.question.codes))

    @property
    def is_answered_right(self) -> bool:
        """Whether it was answered with a right code."""
        return self.reply.outcome == "answered" and self.codes[:1] == [
            c for c in self.codes[:1] if c in self.question.codes
        ]

    @property
    def is_wrong_and_confident(self) -> bool:
        """Whether it was answered with another code."""
        return self.reply.outcome == "answered" and not set(self.codes[:1]) & set(self.question.codes)


class AnsweringPath(Protocol):
    """Something that answers a question."""

    def ask(self, question: Question) -> Answer:
        """Answer one question."""
        ...


class UnusableQuestions(ValueError):
    """A file of questions that cannot be read; the message says where and why."""


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON-lines file.

    Raises:
        UnusableQuestions: A line is no JSON object of the form that ``motcua evaluate`` takes.
    """
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            questions.append(
                Question(
                    row["question"],
                    tuple(row["codes"]),
                    tuple(row["aspects"]),
                    row.get("style", ""),
                    row.get("outcome"),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            form = '{"question": "…", "codes": ["1.001193"], "aspects": ["fee"], "style": "formal"}'
            raise UnusableQuestions(f"{path}:{number}: {error!r}. Write lines such as {form}") from error
    return questions


def nlu_examples(path: Path) -> list[str]:
    """The texts of a Rasa NLU file."""
    blocks = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]
    return [line[2:].strip() for block in blocks for line in block["examples"].splitlines() if line.startswith("- ")]


def _keep_no_slip(_content: Mapping[str, Any]) -> str:
    """A slip's code, where nobody will open it."""
    return "measured"


class LivePath:
    """The path of a real message: the trained model, then the dialogue over the database."""

    def __init__(self, model: Path | None, snapshot: Snapshot, settings: Settings) -> None:
        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        # Rasa logs every message to stdout, where only the figures belong.
        configure_structlog(logging.ERROR)
        self._agent = Agent.load(str(model or MODELS))
        self._snapshot = snapshot
        self._responder = Responder(snapshot, settings, _keep_no_slip)

    def ask(self, question: Question) -> Answer:
        """Answer one question in a fresh conversation."""
        from actions.turn import read_message
        from bot.channels.guard import admit

        started = time.perf_counter()
        text = admit(question.question)
        parsed = asyncio.run(self._agent.parse_message(text))
        message = read_message(parsed)
        reply = self._responder.respond(message, Conversation())
        milliseconds = (time.perf_counter() - started) * 1000
        candidates = tuple(candidate.code for candidate in self._snapshot.rank(text).candidates[:5])
        return Answer(question, message, reply, candidates, milliseconds)


def ask_all(questions: Sequence[Question], path: AnsweringPath, console: Console) -> list[Answer]:
    """Ask every question, showing progress where a person watches."""
    watched: Iterable[Question] = questions
    if console.is_terminal:
        watched = track(questions, description="Asking", console=console)
    return [path.ask(question) for question in watched]


def report(answers: Sequence[Answer]) -> dict[str, Any]:
    """The figures over all questions and by style (see DESIGN for their meaning)."""
    styles = sorted({answer.question.style for answer in answers})
    return {
        "overall": figures(answers),
        "by_style": {style: figures([a for a in answers if a.question.style == style]) for style in styles},
        "by_outcome": _by_outcome(answers),
    }


def figures(answers: Sequence[Answer]) -> dict[str, float | int | None]:
    """The figures over some answers; questions without a right procedure count by outcome only."""
    asked = [answer for answer in answers if answer.question.codes]
    times = [answer.milliseconds for answer in answers] or [0.0]
    return {
        "n": len(asked),
        "hit@1": _share(asked, [a.is_right for a in asked]),
        "hit@3": _share(asked, [bool(set(a.candidates[:3]) & set(a.question.codes)) for a in asked]),
        "right_or_clarified": _share(asked, [a.is_answered_right or a.is_clarified for a in asked]),
        "wrong_confident": _share(asked, [a.is_wrong_and_confident for a in asked]),
        "aspects_exact": _share(asked, [set(a.message.aspects) == set(a.question.aspects) for a in asked]),
        "aspects_f1": _aspects_f1(asked),
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
    }


def _share(answers: Sequence[Answer], hits: Sequence[bool]) -> float | None:
    return round(sum(hits) / len(answers), 4) if answers else None


def _aspects_f1(answers: Sequence[Answer]) -> float | None:
    if not answers:
        return None
    found = right = wanted = 0
    for answer in answers:
        said = {aspect for aspect in answer.message.aspects if aspect in ASPECTS}
        asked = set(answer.question.aspects)
        found, wanted, right = found + len(said), wanted + len(asked), right + len(said & asked)
    return round(2 * right / (found + wanted), 4) if found + wanted else None


def _by_outcome(answers: Sequence[Answer]) -> dict[str, dict[str, float | int | None]]:
    wanted = sorted({answer.question.outcome for answer in answers if answer.question.outcome})
    result: dict[str, dict[str, float | int | None]] = {}
    for outcome in wanted:
        asked = [answer for answer in answers if answer.question.outcome == outcome]
        result[outcome] = {
            "n": len(asked),
            "right": _share(asked, [answer.reply.outcome == outcome for answer in asked]),
            "answered": _share(asked, [answer.reply.outcome == "answered" for answer in asked]),
        }
    return result


def write_mistakes(answers: Sequence[Answer], path: Path) -> None:
    """Write the questions that went wrong, with what was understood, as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for answer in answers:
            if _is_mistake(answer):
                file.write(json.dumps(_mistake(answer), ensure_ascii=False) + "\n")


def _is_mistake(answer: Answer) -> bool:
    if answer.question.outcome:
        return answer.reply.outcome != answer.question.outcome
    return not answer.is_answered_right or set(answer.message.aspects) != set(answer.question.aspects)


def _mistake(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question.question,
        "codes": answer.question.codes,
        "aspects": answer.question.aspects,
        "style": answer.question.style,
        "wanted": answer.question.outcome,
        "intent": answer.message.intent,
        "confidence": round(answer.message.confidence, 2),
        "understood": answer.message.aspects,
        "outcome": answer.reply.outcome,
        "procedures": answer.codes,
        "candidates": answer.candidates,
    }
