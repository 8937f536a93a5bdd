"""Compares NLU pipelines by cross-validation over data/nlu and prints the table in docs/understanding.md.

Every pipeline of benchmarks/pipelines/*.yml is trained on all folds but one and asked the rest.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.shared.nlu.training_data.loading import load_data
from rasa.utils.log_utils import configure_structlog
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from bot.settings import ROOT

FOLDS = 3
#: Sentences asked of each fold that was held back: a neural pipeline takes a tenth of a second for each.
ASKED = 1000
PIPELINES = Path(__file__).parent / "pipelines"


@dataclass(frozen=True)
class Example:
    """A training sentence with what must be understood."""

    text: str
    intent: str
    key: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Figures:
    """What a pipeline scored, over all folds."""

    name: str
    intent_accuracy: float
    intent_macro_f1: float
    aspects_micro_f1: float
    topic_accuracy: float
    training_seconds: float
    milliseconds: float


def main(names: Sequence[str], folds: int) -> None:
    """Measure the named pipelines, or all of them, on the first so many folds."""
    configure_structlog(logging.ERROR)
    data = load_data(str(ROOT / "data" / "nlu"))
    examples = [_example(message) for message in data.intent_examples]
    print("| pipeline | intents right | intents macro F1 | aspects micro F1 | topics right | training s | ms each |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for path in sorted(PIPELINES.glob("*.yml")):
        if not names or path.stem in names:
            figures = measure(path, examples, folds)
            print(
                f"| {figures.name} | {figures.intent_accuracy:.3f} | {figures.intent_macro_f1:.3f} "
                f"| {figures.aspects_micro_f1:.3f} | {figures.topic_accuracy:.3f} "
                f"| {figures.training_seconds:.0f} | {figures.milliseconds:.1f} |",
                flush=True,
            )


def measure(config: Path, examples: Sequence[Example], folds_asked: int = FOLDS) -> Figures:
    """Cross-validate one pipeline."""
    splits = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(examples, [e.intent for e in examples]))
    asked: list[Example] = []
    said: list[dict[str, Any]] = []
    training = asking = 0.0
    for learnt, held in splits[:folds_asked]:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            agent = _train(config, [examples[i] for i in learnt], Path(folder))
            training += time.perf_counter() - started
            chosen = [examples[i] for i in np.random.default_rng(0).permutation(held)[:ASKED]]
            started = time.perf_counter()
            said += [asyncio.run(agent.parse_message(example.text)) for example in chosen]
            asking += time.perf_counter() - started
            asked += chosen
    intents = [example.intent for example in asked]
    found = [parsed["intent"]["name"] or "" for parsed in said]
    labels = [_found_labels(parsed, example) for parsed, example in zip(said, asked, strict=True)]
    return Figures(
        config.stem,
        float(np.mean([f == i for f, i in zip(found, intents, strict=True)])),
        float(f1_score(intents, found, average="macro", zero_division=0)),
        _micro_f1([(e.labels, got) for e, got in zip(asked, labels, strict=True) if e.intent == "ask"]),
        float(np.mean([e.labels == got for e, got in zip(asked, labels, strict=True) if e.intent == "portal_guide"])),
        training / folds_asked,
        asking / len(asked) * 1000,
    )


def _train(config: Path, examples: Sequence[Example], folder: Path) -> Agent:
    # Rasa's own writer gives all examples of an intent the metadata of the first, so each label set is a block here.
    blocks: dict[tuple[str, str, frozenset[str]], list[str]] = {}
    for example in examples:
        blocks.setdefault((example.intent, example.key, example.labels), []).append(example.text)
    nlu = [
        {
            "intent": intent,
            **({"metadata": {key: sorted(labels)}} if labels else {}),
            "examples": "".join(f"- {text}\n" for text in texts),
        }
        for (intent, key, labels), texts in blocks.items()
    ]
    file = folder / "nlu.yml"
    file.write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), encoding="utf-8")
    return Agent.load(str(train_nlu(str(config), str(file), str(folder))))


def _example(message: Any) -> Example:
    metadata = (message.get("metadata") or {}).get("intent") or {}
    key = "topic" if "topic" in metadata else "aspects"
    labels = metadata.get(key) or []
    labels = [labels] if isinstance(labels, str) else labels
    return Example(message.get("text"), message.get("intent"), key, frozenset(labels))


def _found_labels(parsed: dict[str, Any], example: Example) -> frozenset[str]:
    entity = {"aspects": "aspect", "topic": "topic"}[example.key]
    return frozenset(str(found["value"]) for found in parsed["entities"] if found["entity"] == entity)


def _micro_f1(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    right = sum(len(wanted & got) for wanted, got in pairs)
    return 2 * right / max(sum(len(wanted) + len(got) for wanted, got in pairs), 1)


if __name__ == "__main__":
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", help="pipelines to measure; all by default")
    arguments.add_argument(
        "--folds", type=int, default=FOLDS, help=f"how many of the {FOLDS} folds to hold back in turn"
    )
    chosen = arguments.parse_args()
    main(chosen.names, chosen.folds)
