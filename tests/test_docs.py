from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import ROOT

PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]


def commands(language: str) -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", readme, flags=re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: object) -> None:
    text = page.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", text):
        assert (page.parent / target).exists(), target  # type: ignore[attr-defined]


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {command.split()[1] for command in commands("bash") if command.startswith("make ")}
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize(
    "command", [c for c in commands("bash") if "motcua " in c and "calibrate" not in c and "evaluate" not in c]
)
def test_the_commands_of_the_readme_run(command: str, loaded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", loaded_url)
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output


def test_the_folders_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|", readme, flags=re.MULTILINE)
    for path in re.findall(r"`([^`]+)`", " ".join(rows)):
        assert (ROOT / path).exists(), path
