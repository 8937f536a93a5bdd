"""Conversations in SQL, with personal data masked before it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.language.privacy import mask


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL tracker store for a database URL; what citizens typed is masked on the way in."""

    def __init__(
        self,
        domain: Domain | None = None,
        database_url: str = "",
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        parsed = sa.engine.make_url(database_url)
        super().__init__(
            domain,
            dialect=parsed.drivername,
            host=parsed.host,
            port=parsed.port,
            db=parsed.database or "",
            username=parsed.username,
            password=parsed.password,
            event_broker=event_broker,
            query=dict(parsed.query) or None,
        )

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Event]:
        for event in super()._additional_events(session, tracker):
            yield masked(event) if isinstance(event, UserUttered) else event


def masked(event: UserUttered) -> UserUttered:
    """The event with personal data masked in its text and in what was parsed from it."""
    text = mask(event.text or "")
    parse_data = {**event.parse_data, "text": text}
    return UserUttered(
        text=text,
        intent=event.intent,
        entities=event.entities,
        parse_data=parse_data,
        timestamp=event.timestamp,
        input_channel=event.input_channel,
        message_id=event.message_id,
        metadata=event.metadata,
    )


def forget(engine: sa.engine.Engine, conversation: str) -> None:
    """Delete all that is kept of a conversation."""
    events = SQLTrackerStore.SQLEvent.__table__
    with engine.begin() as connection:
        connection.execute(sa.delete(events).where(events.c.sender_id == conversation))
