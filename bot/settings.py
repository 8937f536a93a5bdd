"""Settings, read from the environment; docs/settings.md explains each (a test keeps the two together)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    "PORTAL_URL": "https://dichvucong.gov.vn",
    "PORTAL_RATE": "3",
    "CREDENTIALS": "credentials.yml",
    "PUBLIC_URL": "",
    "ALLOWED_ORIGINS": "",
    "PROXIES": "0",
    "TOKEN_KEY": "",
    "STAFF_PASSWORD": "",
    "STAFF_HEADER": "",
    "ZALO_APP_ID": "",
    "ZALO_APP_SECRET": "",
    "ZALO_OA_SECRET": "",
    "ZALO_API_URL": "https://openapi.zalo.me",
    "ZALO_OAUTH_URL": "https://oauth.zaloapp.com",
}


SHORTEST_KEY = 32
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")


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
    portal_url: str
    portal_rate: float
    credentials: str
    public_url: str
    allowed_origins: tuple[str, ...]
    proxies: int
    token_key: str = field(repr=False)
    staff_password: str = field(repr=False)
    staff_header: str
    zalo_app_id: str
    zalo_app_secret: str = field(repr=False)
    zalo_oa_secret: str = field(repr=False)
    zalo_api_url: str
    zalo_oauth_url: str

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process.

        Raises:
            SettingError: A value is unusable.
        """
        environment = os.environ if environment is None else environment
        values = {name: environment.get(name) or default for name, default in DEFAULTS.items()}
        port = _port("PORT", values["PORT"])
        return cls(
            host=values["HOST"],
            port=port,
            action_host=values["ACTION_HOST"],
            action_port=_port("ACTION_PORT", values["ACTION_PORT"]),
            database_url=values["DATABASE_URL"],
            conversation_database_url=values["CONVERSATION_DATABASE_URL"] or values["DATABASE_URL"],
            province=values["PROVINCE"],
            information_hotline=values["INFORMATION_HOTLINE"],
            portal_hotline=values["PORTAL_HOTLINE"],
            portal_url=values["PORTAL_URL"].rstrip("/"),
            portal_rate=_rate(values["PORTAL_RATE"]),
            credentials=values["CREDENTIALS"],
            public_url=(values["PUBLIC_URL"] or f"http://{values['HOST']}:{port}").rstrip("/"),
            allowed_origins=tuple(_origin(origin) for origin in values["ALLOWED_ORIGINS"].split()),
            proxies=_proxies(values["PROXIES"]),
            token_key=_token_key(values["TOKEN_KEY"]),
            staff_password=values["STAFF_PASSWORD"],
            staff_header=values["STAFF_HEADER"],
            zalo_app_id=values["ZALO_APP_ID"],
            zalo_app_secret=values["ZALO_APP_SECRET"],
            zalo_oa_secret=values["ZALO_OA_SECRET"],
            zalo_api_url=values["ZALO_API_URL"].rstrip("/"),
            zalo_oauth_url=values["ZALO_OAUTH_URL"].rstrip("/"),
        )


def _port(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise SettingError(
        f"{name} is '{text}', which is no port. Set it to a number from 1 to 65535, such as {DEFAULTS[name]}"
    )


def _origin(text: str) -> str:
    if _ORIGIN.fullmatch(text):
        return text
    raise SettingError(
        f"ALLOWED_ORIGINS holds '{text}', which is no origin. "
        "Write scheme and host, separated by spaces, such as https://dichvucong.hungyen.gov.vn"
    )


def _proxies(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 10:
        return int(text)
    raise SettingError(f"PROXIES is '{text}'. Set it to the number of proxies in front, such as 1")


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if 0 < rate < float("inf"):
        return rate
    raise SettingError(f"PORTAL_RATE is '{text}'. Set it to requests a second, such as 3")


def _token_key(text: str) -> str:
    if not text or len(text) >= SHORTEST_KEY:
        return text
    raise SettingError(
        f"TOKEN_KEY has {len(text)} characters; it needs {SHORTEST_KEY} or more. Make one with: openssl rand -hex 32"
    )
