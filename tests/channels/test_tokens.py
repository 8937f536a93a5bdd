from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jwt
import pytest

from bot.channels.tokens import LIFETIME, Grant, Refused, Tokens, token_key
from bot.settings import Settings

KEY = "k" * 40
NOW = datetime.now(timezone.utc).replace(microsecond=0)


def test_a_token_opens_its_own_conversation() -> None:
    grant = Tokens(KEY).start("12361")
    assert Tokens(KEY).read(Tokens(KEY).sign(grant), grant.conversation) == grant
    assert len(grant.conversation) == 32


def test_conversations_are_never_the_same() -> None:
    assert len({Tokens(KEY).start().conversation for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x.y.z",
        Tokens("another" * 8).sign(Grant("mine", NOW + timedelta(hours=1))),
        Tokens(KEY).sign(Grant("yours", NOW + timedelta(hours=1))),
        Tokens(KEY).sign(Grant("mine", NOW - timedelta(seconds=1))),
        jwt.encode({"sub": "mine", "aud": "motcua-conversation"}, KEY, "HS256"),
        jwt.encode({"sub": "mine", "exp": NOW + timedelta(hours=1)}, KEY, "HS256"),
        jwt.encode({"sub": "mine", "exp": NOW + timedelta(hours=1), "aud": "motcua-conversation"}, None, "none"),
    ],
    ids=["none", "nonsense", "forged", "another's", "expired", "endless", "no audience", "unsigned"],
)
def test_any_other_token_is_refused(token: str) -> None:
    with pytest.raises(Refused):
        Tokens(KEY).read(token, "mine")


def test_a_token_is_renewed_in_good_time() -> None:
    fresh, old = Grant("mine", NOW + LIFETIME), Grant("mine", NOW + LIFETIME / 3, "12361")
    assert (fresh.is_half_used, old.is_half_used) == (False, True)
    renewed = Tokens(KEY).renew(old)
    assert (renewed.conversation, renewed.office, renewed.is_half_used) == ("mine", "12361", False)


def test_the_key_is_the_setting(tmp_path: Path) -> None:
    assert token_key(Settings.read({"TOKEN_KEY": KEY}), tmp_path / "token.key") == KEY
    assert not (tmp_path / "token.key").exists()


def test_a_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    file = tmp_path / "var" / "token.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: token_key(Settings.read({}), file), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["token.key"]
