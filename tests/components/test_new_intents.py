"""How well the trained model tells the intents around one trip (papers, visits, slip) from the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from rasa.core.agent import Agent
from ruamel.yaml import YAML

from bot import evaluation
from bot.settings import ROOT
from bot.training import MODELS

MESSAGES: dict[str, list[str]] = YAML(typ="safe").load(
    (ROOT / "tests" / "components" / "new_intents.yml").read_text(encoding="utf-8")
)
NEW = ("plan", "have_papers", "slip", "skip_case")
CALIBRATION = ROOT / "data" / "questions" / "calibration.jsonl"

Found = list[tuple[str, str]]


@pytest.fixture(scope="module")
def agent() -> Agent:
    return Agent.load(str(MODELS))


@pytest.fixture(scope="module")
def found(agent: Agent) -> Found:
    """The intent that each message has, and the one that was found."""
    wanted = [(intent, text) for intent, texts in MESSAGES.items() for text in texts]
    return list(zip([intent for intent, _ in wanted], _intents(agent, [text for _, text in wanted]), strict=True))


def _intents(agent: Agent, texts: Sequence[str]) -> list[str]:
    return [asyncio.run(agent.parse_message(text))["intent"]["name"] for text in texts]


@pytest.mark.parametrize("intent", NEW)
def test_a_new_intent_is_found(intent: str, found: Found) -> None:
    got = [name for wanted, name in found if wanted == intent]
    assert got.count(intent) / len(got) >= 0.9


@pytest.mark.parametrize("intent", NEW)
def test_nothing_else_is_taken_for_a_new_intent(intent: str, found: Found) -> None:
    wanted = [want for want, name in found if name == intent]
    assert wanted.count(intent) / len(wanted) >= 0.95


def test_a_plain_question_about_a_procedure_stays_one(agent: Agent) -> None:
    questions = [question.question for question in evaluation.read_questions(CALIBRATION) if question.codes]
    mistaken = [q for q, name in zip(questions, _intents(agent, questions), strict=True) if name in NEW]
    assert mistaken == []


def test_the_messages_are_in_no_training_data() -> None:
    learnt = {text.lower() for path in (ROOT / "data" / "nlu").rglob("*.yml") for text in evaluation.nlu_examples(path)}
    held_back = [text for intent in NEW for text in MESSAGES[intent]]
    assert [text for text in held_back if text.lower() in learnt] == []
