"""Conversation tokens: signed, short-lived, each good for one conversation only."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jwt

from bot.settings import ROOT, Settings

KEY_FILE = ROOT / "var" / "token.key"
#: A working day: a citizen may come back to the checklist after the errand.
LIFETIME = timedelta(hours=8)
_ALGORITHM = "HS256"
_AUDIENCE = "motcua-conversation"


class Refused(Exception):
    """A token that is missing, forged, expired or for another conversation."""


@dataclass(frozen=True)
class Grant:
    """What a token allows: to read and write one conversation until a time.

    ``office`` is where the citizen was when the conversation began (a kiosk's or a commune's page), if known.
    """

    conversation: str
    expires_at: datetime
    office: str | None = None

    @property
    def is_half_used(self) -> bool:
        """Whether it is time to hand out a fresh token."""
        return self.expires_at - datetime.now(timezone.utc) < LIFETIME / 2


class Tokens:
    """Issues and checks tokens with one key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def start(self, office: str | None = None) -> Grant:
        """A grant for a conversation that nobody has yet."""
        return Grant(secrets.token_urlsafe(24), _end(), office)

    def renew(self, grant: Grant) -> Grant:
        """The same grant with its whole lifetime before it."""
        return Grant(grant.conversation, _end(), grant.office)

    def sign(self, grant: Grant) -> str:
        """The token of a grant."""
        claims = {"sub": grant.conversation, "exp": grant.expires_at, "aud": _AUDIENCE, "office": grant.office}
        return jwt.encode(claims, self._key, _ALGORITHM)

    def read(self, token: str, conversation: str) -> Grant:
        """The grant of a token.

        Raises:
            Refused: The token does not open this conversation.
        """
        try:
            claims = jwt.decode(token, self._key, [_ALGORITHM], audience=_AUDIENCE, options={"require": ["sub", "exp"]})
        except jwt.InvalidTokenError as error:
            raise Refused from error
        if not secrets.compare_digest(str(claims["sub"]).encode(), conversation.encode()):
            raise Refused
        return Grant(conversation, datetime.fromtimestamp(claims["exp"], timezone.utc), claims.get("office"))


def _end() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0) + LIFETIME


def token_key(settings: Settings, file: Path = KEY_FILE) -> str:
    """The key of this deployment: the setting, or one made at the first start and kept in a private file."""
    if settings.token_key:
        return settings.token_key
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        # Written aside and linked, so that of two processes starting together one key wins, whole.
        with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="ascii") as made:  # mode 0600
            made.write(secrets.token_hex(32))
            made.flush()
            with suppress(FileExistsError):
                os.link(made.name, file)
    return file.read_text(encoding="ascii").strip()
