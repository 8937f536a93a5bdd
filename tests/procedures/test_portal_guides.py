from __future__ import annotations

from pathlib import Path

from bot.procedures import portal_guides
from bot.settings import ROOT

FOLDER = ROOT / "data" / "portal"


def test_every_topic_has_a_guide_in_order() -> None:
    files, problems = portal_guides.read_folder(FOLDER)
    assert problems == []
    assert portal_guides.check(files, FOLDER) == []
    assert len(portal_guides.topics()) == len(files) == 21


def test_missing_topics_and_wrong_names_are_reported(tmp_path: Path) -> None:
    (tmp_path / "hotline.yml").write_text((FOLDER / "pay_online.yml").read_text(encoding="utf-8"), encoding="utf-8")
    files, _ = portal_guides.read_folder(tmp_path)
    what = [problem.what for problem in portal_guides.check(files, tmp_path)]
    assert "the topic is not the file's name" in what
    assert what.count("this topic has no guide") == 20
