"""Slips behind short links: what a citizen wants to do and has, kept for 30 days and without any name."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from sqlalchemy.engine import Engine

from bot.stores.database import slip

#: How long a slip is kept.
KEPT_FOR = timedelta(days=30)

# Crockford's base 32 in small letters, which phones type first; without i, l, o and u no sign is taken for another.
_SYMBOLS = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans("oil", "011")
# 16 symbols of 5 bits: 80 random bits.
_GROUPS, _GROUP_LENGTH = 4, 4
_SCHEMA = Path(__file__).parent / "slip_content.schema.json"


@dataclass(frozen=True)
class KeptSlip:
    """A slip as it is kept; times are UTC.

    ``content`` has ``goals`` (``code`` and ``case``), and where there is anything to say ``held`` (procedure code
    and key of each paper that is there), ``life_event`` (its key) and ``ward_code``.
    """

    code: str
    content: Mapping[str, Any]
    expires_at: datetime


class Slips:
    """The slips in a migrated conversation database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, content: Mapping[str, Any], now: datetime | None = None) -> str:
        """Keep a slip for 30 days, and let go of those whose time is over; returns its code.

        Args:
            content: What it is about (``KeptSlip.content``).
            now: The time, with its zone; None: now.

        Raises:
            ValueError: The content has something else than slip_content.schema.json allows; the message says where.
        """
        _check(content)
        moment = _utc(now)
        code = _grouped("".join(secrets.choice(_SYMBOLS) for _ in range(_GROUPS * _GROUP_LENGTH)))
        row = {"code": code, "content": content, "created_at": moment, "expires_at": moment + KEPT_FOR}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(slip).where(slip.c.expires_at <= moment))
            connection.execute(sa.insert(slip).values(row))
        return code

    def read(self, code: str, now: datetime | None = None) -> KeptSlip | None:
        """The slip of a code, however the code is written, or None if there is none or its time is over."""
        wanted = sa.and_(slip.c.code == canonical(code), slip.c.expires_at > _utc(now))
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(slip).where(wanted)).first()
        return row and KeptSlip(row.code, row.content, row.expires_at.replace(tzinfo=timezone.utc))


def canonical(code: str) -> str:
    """The form in which a code is kept (k7m2-9qxd-4htp-0abc), however it was typed."""
    return _grouped("".join(char for char in code.lower().translate(_MISREAD) if char in _SYMBOLS))


def _grouped(symbols: str) -> str:
    return "-".join(symbols[start : start + _GROUP_LENGTH] for start in range(0, len(symbols), _GROUP_LENGTH))


def _check(content: Mapping[str, Any]) -> None:
    error = best_match(_validator().iter_errors(content))
    if error is not None:
        place = "/".join(str(part) for part in error.absolute_path) or "the whole"
        raise ValueError(f"the content of a slip at {place}: does not fit '{error.validator}' in {_SCHEMA.name}")


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def _utc(moment: datetime | None) -> datetime:
    return (moment or datetime.now(timezone.utc)).astimezone(timezone.utc).replace(tzinfo=None)
