from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

from bot.dialogue.turn import OUTCOMES
from bot.settings import ROOT
from bot.training import MODEL_NAME, MODELS

STORIES = ROOT / "tests" / "stories"


def steps() -> list[dict[str, object]]:
    files = [YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in STORIES.glob("test_*.yml")]
    return [step for file in files for story in file["stories"] for step in story["steps"]]


def test_the_stories_cover_every_rule_and_every_outcome() -> None:
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert {step["intent"] for step in steps() if "intent" in step} == set(domain["intents"])
    outcomes = {slot["outcome"] for step in steps() for slot in step.get("slot_was_set", [])}  # type: ignore[attr-defined]
    assert outcomes == set(OUTCOMES)


def test_rasa_predicts_every_story(tmp_path: Path) -> None:
    model = str(MODELS / f"{MODEL_NAME}.tar.gz")
    command = [sys.executable, "-m", "rasa", "test", "core", "--stories", str(STORIES), "--model", model]
    command += ["--endpoints", str(tmp_path / "none.yml"), "--out", str(tmp_path), "--fail-on-prediction-errors"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["accuracy"] == 1.0
