"""The tables that channels need beside Rasa's own conversations: ratings, questions left, slips, Zalo's state."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_conversations"

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: 1 to 5 stars for one answer, with a word of why. All times are UTC.
rating = sa.Table(
    "rating",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # None once the citizen deleted the conversation: the stars stay, the link to it goes.
    sa.Column("conversation", sa.String(64)),
    sa.Column("message", sa.String(64)),
    sa.Column("stars", sa.Integer, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("procedure_code", sa.Text),
    sa.Column("outcome", sa.String(32)),
    sa.Column("office", sa.String(64)),
    sa.Column("rated_at", sa.DateTime, nullable=False),
    sa.UniqueConstraint("conversation", "message"),
)

#: A question that a citizen left for a person; ``code`` is what they come back with for the answer.
left_question = sa.Table(
    "left_question",
    metadata,
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("procedure_code", sa.Text),
    sa.Column("office", sa.String(64)),
    sa.Column("asked_at", sa.DateTime, nullable=False),
    sa.Column("answer", sa.Text),
    sa.Column("answered_at", sa.DateTime),
)

#: One row: the tokens of the Official Account. A refresh token works once.
zalo_token = sa.Table(
    "zalo_token",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("access_token", sa.Text, nullable=False),
    sa.Column("refresh_token", sa.Text, nullable=False),
    sa.Column("access_expires_at", sa.DateTime, nullable=False),
    sa.Column("refreshed_at", sa.DateTime, nullable=False),
    # Until then one process has the right to use up the refresh token.
    sa.Column("refreshing_until", sa.DateTime),
)

#: Webhook events received: what is still to be answered, and what must not be answered twice.
zalo_event = sa.Table(
    "zalo_event",
    metadata,
    sa.Column("msg_id", sa.String(128), primary_key=True),
    sa.Column("user_id", sa.String(64), nullable=False, index=True),
    sa.Column("event_name", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sent_at", sa.DateTime, nullable=False),
    sa.Column("received_at", sa.DateTime, nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    # When it may be taken up: shortly after it came, after a pause, or when who works at it is gone.
    sa.Column("due_at", sa.DateTime, nullable=False),
    # What is still to be sent, as JSON, once the turn is taken.
    sa.Column("reply", sa.Text),
)

#: A slip behind a short link. All times are UTC.
slip = sa.Table(
    "slip",
    metadata,
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
)


def migrate(engine: Engine) -> None:
    """Bring the schema of a conversation database up to date."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
