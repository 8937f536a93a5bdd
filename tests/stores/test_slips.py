from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.stores.database import slip
from bot.stores.slips import KEPT_FOR, Slips, canonical

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=timezone.utc)
CONTENT: dict[str, Any] = {
    "goals": [{"code": "1.001193", "case": {"birth_proof": "medical"}}, {"code": "1.000656"}],
    "held": [["1.001193", "birth_certificate"]],
    "life_event": "birth",
    "ward_code": "12361",
}


def test_a_slip_is_kept_for_thirty_days(conversations: Engine) -> None:
    slips = Slips(conversations)
    code = slips.create(CONTENT, NOW)
    assert re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}", code)
    kept = slips.read(code, NOW + KEPT_FOR - timedelta(seconds=1))
    assert kept is not None
    assert (kept.code, kept.content, kept.expires_at) == (code, CONTENT, NOW + timedelta(days=30))
    assert slips.read(code, NOW + KEPT_FOR) is None


def test_a_code_is_understood_however_it_is_written(conversations: Engine) -> None:
    slips = Slips(conversations)
    code = slips.create(CONTENT)
    for written in (code.upper(), code.replace("-", ""), f" {code} ", code.replace("0", "o").replace("1", "l")):
        assert slips.read(written) is not None


@pytest.mark.parametrize("code", ["", "-", "x", "k7m2-9qxd-4htp-0abc", "' OR 1=1 --", "0" * 500])
def test_an_unknown_code_gives_nothing(conversations: Engine, code: str) -> None:
    slips = Slips(conversations)
    slips.create(CONTENT)
    assert slips.read(code) is None


def test_old_slips_are_let_go(conversations: Engine) -> None:
    slips = Slips(conversations)
    old = slips.create(CONTENT, NOW - KEPT_FOR)
    young = slips.create(CONTENT, NOW - KEPT_FOR + timedelta(seconds=1))
    new = slips.create(CONTENT, NOW)
    with conversations.connect() as connection:
        assert set(connection.execute(sa.select(slip.c.code)).scalars()) == {young, new}
    assert old not in (young, new)


def test_codes_differ(conversations: Engine) -> None:
    slips = Slips(conversations)
    codes = {slips.create(CONTENT) for _ in range(50)}
    assert len(codes) == 50
    # 16 signs of 32: every sign is drawn, none preferred.
    assert len(set("".join(codes))) > 25


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"goals": []},
        {"goals": [{"code": "1.001193", "name": "Nguyễn Văn A"}]},
        {"goals": [{"code": "1.001193"}], "name": "Nguyễn Văn A"},
        {"goals": [{"code": "1.001193", "case": {"birth_proof": "có giấy"}}]},
        {"goals": [{"code": "x" * 65}]},
        {"goals": [{"code": "1.001193"}] * 13},
        {"goals": [{"code": "1.001193"}], "held": [["1.001193"]]},
        {"goals": [{"code": "1.001193"}], "held": [["1.001193", "x"]] * 201},
        {"goals": [{"code": "1.001193"}], "life_event": "x" * 65},
        {"goals": [{"code": "1.001193"}], "life_event": "Nguyễn Văn A"},
        {"goals": [{"code": "1.001193"}], "ward_code": "xã Tiên Hoa"},
    ],
)
def test_other_content_is_refused(conversations: Engine, content: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="content of a slip") as refused:
        Slips(conversations).create(content)
    assert "Nguyễn" not in str(refused.value)


def test_what_is_no_code_does_not_become_one() -> None:
    assert canonical("K7M2 9QXD/4HTP.OABC") == "k7m2-9qxd-4htp-0abc"
    assert canonical("phở") == "ph"
