"""Settings, read from the environment; docs/settings.md explains each (a test keeps the two together)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATABASE_URL = f"sqlite:///{ROOT / 'var' / 'motcua.db'}"

#: Setting → default.
DEFAULTS: dict[str, str] = {
    "HOST": "127.0.0.1",
    "PORT": "5005",
    "ACTION_HOST": "127.0.0.1",
    "ACTION_PORT": "5055",
    "DATABASE_URL": DEFAULT_DATABASE_URL,
    "CONVERSATION_DATABASE_URL": "",
    "PROVINCE": "Hưng Yên",
    "INFORMATION_HOTLINE": "1022",
    "PORTAL_HOTLINE": "1800 1096",
}


class SettingError(ValueError):
    """A setting whose value cannot be used; the message says which and what to write."""


@dataclass(frozen=True)
class Settings:
    """All settings of a deployment."""

    host: str
    port: int
    action_host: str
    action_port: int
    database_url: str
    conversation_database_url: str
    province: str
    information_hotline: str
    portal_hotline: str

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process.

        Raises:
            SettingError: A value is unusable.
        """
        environment = os.environ if environment is None else environment
        values = {name: environment.get(name) or default for name, default in DEFAULTS.items()}
        return cls(
            host=values["HOST"],
            port=_port("PORT", values["PORT"]),
            action_host=values["ACTION_HOST"],
            action_port=_port("ACTION_PORT", values["ACTION_PORT"]),
            database_url=values["DATABASE_URL"],
            conversation_database_url=values["CONVERSATION_DATABASE_URL"] or values["DATABASE_URL"],
            province=values["PROVINCE"],
            information_hotline=values["INFORMATION_HOTLINE"],
            portal_hotline=values["PORTAL_HOTLINE"],
        )


def _port(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise SettingError(
        f"{name} is '{text}', which is no port. Set it to a number from 1 to 65535, such as {DEFAULTS[name]}"
    )
