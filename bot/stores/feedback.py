"""Stars for answers and questions left for a person; personal data is masked on the way in."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Optional

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from bot.language.privacy import mask
from bot.language.text import nfc
from bot.stores.database import left_question, rating

#: Characters that are kept; the rest is cut.
LONGEST_COMMENT = 500
LONGEST_QUESTION = 2000
#: Characters that an answer of ours may have; a longer one is refused.
LONGEST_ANSWER = 4000

STARS = (1, 2, 3, 4, 5)

#: Days are those of Vietnam, which keeps no summer time.
VIETNAM = timezone(timedelta(hours=7))

# Crockford's base 32: no I, L, O or U, so that a code read aloud or copied by hand still works.
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_GROUPS, _GROUP_LENGTH = 3, 4

#: Procedure code and office.
_Key = tuple[Optional[str], Optional[str]]

_INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True)
class LeftQuestion:
    """A question left for a person; times are UTC."""

    code: str
    question: str
    procedure_code: str | None
    office: str | None
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Comment:
    """What a citizen wrote beside the stars; the time is UTC."""

    stars: int
    text: str
    rated_at: datetime


@dataclass(frozen=True)
class Satisfaction:
    """The ratings of one procedure at one office; ``counts`` holds how often 1 to 5 stars were given."""

    procedure_code: str | None
    office: str | None
    counts: tuple[int, ...]
    comments: tuple[Comment, ...] = ()

    @property
    def n(self) -> int:
        """How many ratings there are."""
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """The mean number of stars."""
        return sum(stars * count for stars, count in zip(STARS, self.counts, strict=True)) / self.n


class FeedbackStore:
    """Ratings and left questions in a migrated conversation database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rate(
        self,
        conversation: str,
        message: str,
        stars: int,
        comment: str = "",
        procedure_code: str | None = None,
        outcome: str | None = None,
        office: str | None = None,
    ) -> None:
        """Keep the stars given to one message; given again, they replace the earlier ones.

        Raises:
            ValueError: ``stars`` is not 1 to 5.
        """
        if stars not in STARS:
            raise ValueError(f"{stars} stars; give 1 to 5")
        given = {
            "stars": stars,
            "comment": _masked(comment, LONGEST_COMMENT),
            "procedure_code": procedure_code,
            "outcome": outcome,
            "office": office,
            "rated_at": _now(),
        }
        with self._engine.begin() as connection:
            insert = _INSERT[connection.dialect.name](rating)
            values = insert.values(conversation=conversation, message=message, **given)
            connection.execute(values.on_conflict_do_update(index_elements=["conversation", "message"], set_=given))

    def forget_conversation(self, conversation: str) -> None:
        """Take from the ratings of a conversation what leads back to it and what was written; the stars stay."""
        ours = sa.update(rating).where(rating.c.conversation == conversation)
        with self._engine.begin() as connection:
            connection.execute(ours.values(conversation=None, message=None, comment=""))

    def leave_question(self, question: str, procedure_code: str | None = None, office: str | None = None) -> str:
        """Keep a question for a person; returns the code that fetches the answer.

        Raises:
            ValueError: Nothing is asked.
        """
        text = _masked(question, LONGEST_QUESTION)
        if not text:
            raise ValueError("an empty question")
        code = _new_code()
        row = {"question": text, "procedure_code": procedure_code, "office": office, "asked_at": _now()}
        with self._engine.begin() as connection:
            connection.execute(sa.insert(left_question).values(code=code, **row))
        return code

    def question(self, code: str) -> LeftQuestion | None:
        """The question of a code, however the code is written, or None if there is none."""
        found = self._questions(sa.select(left_question).where(left_question.c.code == canonical(code)))
        return found[0] if found else None

    def answer_question(self, code: str, answer: str) -> bool:
        """Answer a question, or answer it anew; whether there is such a question.

        Raises:
            ValueError: The answer is empty or longer than ``LONGEST_ANSWER``.
        """
        text = _cleaned(answer)
        if not 0 < len(text) <= LONGEST_ANSWER:
            raise ValueError(f"an answer of {len(text)} characters; write 1 to {LONGEST_ANSWER}")
        asked = sa.update(left_question).where(left_question.c.code == canonical(code))
        with self._engine.begin() as connection:
            return bool(connection.execute(asked.values(answer=text, answered_at=_now())).rowcount)

    def open_questions(self) -> list[LeftQuestion]:
        """The questions that wait for an answer, the longest waiting first."""
        return self.questions(answered=False)

    def questions(self, answered: bool | None = None, limit: int | None = None) -> list[LeftQuestion]:
        """Questions: the open ones (longest waiting first), the answered ones (latest answer first), or both."""
        table = left_question.c
        query = sa.select(left_question).order_by(
            table.answered_at.isnot(None), table.answered_at.desc(), table.asked_at, table.code
        )
        if answered is not None:
            query = query.where(table.answered_at.isnot(None) if answered else table.answered_at.is_(None))
        return self._questions(query.limit(limit))

    def report(self, since: date | None = None, until: date | None = None) -> list[Satisfaction]:
        """The ratings per procedure and office, most rated first, with the comments, latest first.

        Args:
            since: The first day, as Vietnam counts days; None: from the first rating on.
            until: The last day; None: up to now.
        """
        period = sa.and_(*_period(since, until))
        with self._engine.connect() as connection:
            counts = _star_counts(connection, period)
            comments = _comments(connection, period)
        rows = [
            Satisfaction(*key, tuple(stars[number] for number in STARS), tuple(comments.get(key, ())))
            for key, stars in counts.items()
        ]
        return sorted(rows, key=lambda row: (-row.n, row.procedure_code or "", row.office or ""))

    def _questions(self, query: Any) -> list[LeftQuestion]:
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [
                LeftQuestion(
                    **{**row, "asked_at": _utc(row["asked_at"]), "answered_at": _utc_or_none(row["answered_at"])}
                )
                for row in rows
            ]


def canonical(code: str) -> str:
    """The form in which a code is kept (K7M2-9QXD-4HTP), however it was typed; what is no code does not become one."""
    symbols = "".join(char for char in code.upper().translate(_MISREAD) if char in _SYMBOLS)
    return "-".join(symbols[start : start + _GROUP_LENGTH] for start in range(0, len(symbols), _GROUP_LENGTH))


def _new_code() -> str:
    return canonical("".join(secrets.choice(_SYMBOLS) for _ in range(_GROUPS * _GROUP_LENGTH)))


def _cleaned(text: str) -> str:
    """The text without what no one can see and no database keeps, such as NUL."""
    lines = nfc(text).replace("\r\n", "\n")
    return "".join(char for char in lines if char.isprintable() or char.isspace()).strip()


def _masked(text: str, longest: int) -> str:
    # Masked before it is cut: half a number at the end would not be known for one.
    return mask(_cleaned(text))[:longest].rstrip()


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def _utc(stored: datetime) -> datetime:
    return stored.replace(tzinfo=timezone.utc)


def _utc_or_none(stored: datetime | None) -> datetime | None:
    return None if stored is None else _utc(stored)


def _period(since: date | None, until: date | None) -> Iterable[Any]:
    yield sa.true()
    # The first and the last day that there are bound nothing (and have no day before or after).
    if since is not None and since > date.min:
        yield rating.c.rated_at >= _start_of(since)
    if until is not None and until < date.max:
        yield rating.c.rated_at < _start_of(until + timedelta(days=1))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM).astimezone(timezone.utc).replace(tzinfo=None)


def _star_counts(connection: Connection, period: Any) -> dict[_Key, Counter[int]]:
    table = rating.c
    query = sa.select(table.procedure_code, table.office, table.stars, sa.func.count()).where(period)
    grouped = query.group_by(table.procedure_code, table.office, table.stars)
    counts: dict[_Key, Counter[int]] = {}
    for procedure_code, office, stars, count in connection.execute(grouped):
        counts.setdefault((procedure_code, office), Counter())[stars] = count
    return counts


def _comments(connection: Connection, period: Any) -> dict[_Key, list[Comment]]:
    table = rating.c
    query = sa.select(table.procedure_code, table.office, table.stars, table.comment, table.rated_at)
    written = query.where(period, table.comment != "").order_by(table.rated_at.desc(), table.id.desc())
    comments: dict[_Key, list[Comment]] = {}
    for procedure_code, office, stars, text, rated_at in connection.execute(written):
        comments.setdefault((procedure_code, office), []).append(Comment(stars, text, _utc(rated_at)))
    return comments
