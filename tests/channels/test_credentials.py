from __future__ import annotations

import re
from pathlib import Path

import pytest
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.io import read_config_file

from bot.settings import ROOT

PRODUCTION = ROOT / "deploy" / "credentials.yml"


@pytest.fixture
def all_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The production file with every messenger uncommented and every variable set."""
    text = re.sub(r"^#(?! )|^#(?=  )", "", PRODUCTION.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for variable in re.findall(r"\$\{(\w+)\}", text):
        monkeypatch.setenv(variable, "1:token")
    file = tmp_path / "credentials.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_production_leaves_the_rest_channel_and_messengers_out() -> None:
    names = [name.rsplit(".", 1)[1] for name in read_config_file(PRODUCTION)]
    assert names == ["PortalInput", "PageInput", "StaffInput"]


def test_every_channel_of_production_exists(all_on: Path) -> None:
    channels = [class_from_module_path(name) for name in read_config_file(all_on)]
    assert len({channel.name() for channel in channels}) == len(channels) == 6


@pytest.mark.parametrize("channel", ["messenger.MessengerInput", "telegram.TelegramInput"])
def test_messengers_are_made_of_their_lines(all_on: Path, channel: str) -> None:
    name = f"bot.channels.{channel}"
    made = class_from_module_path(name).from_credentials(read_config_file(all_on)[name])
    assert made.name() == channel.partition(".")[0]
