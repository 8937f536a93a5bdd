from __future__ import annotations

import re

import pytest

from bot.settings import DEFAULTS, ROOT, SettingError, Settings


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([A-Z_]+)` \|", page, flags=re.MULTILINE)
    assert documented == list(DEFAULTS)


def test_defaults_are_local_and_private() -> None:
    settings = Settings.read({})
    assert (settings.host, settings.action_host) == ("127.0.0.1", "127.0.0.1")
    assert settings.database_url.startswith("sqlite:///")
    assert settings.conversation_database_url == settings.database_url


def test_the_environment_decides() -> None:
    settings = Settings.read({"PORT": "8080", "DATABASE_URL": "postgresql+psycopg2://db/motcua", "PROVINCE": ""})
    assert settings.port == 8080
    assert settings.conversation_database_url == "postgresql+psycopg2://db/motcua"
    assert settings.province == "Hưng Yên"


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "50 05"])
def test_an_unusable_port_is_named_with_what_to_write(port: str) -> None:
    with pytest.raises(SettingError, match=r"ACTION_PORT is '.*', which is no port. Set it to a number"):
        Settings.read({"ACTION_PORT": port})
