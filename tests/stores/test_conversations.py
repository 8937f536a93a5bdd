from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.procedures.store import connect
from bot.stores.conversations import ConversationStore, forget

NUMBER = "034195001234"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'conversations.db'}"
    else:
        yield request.getfixturevalue("postgres_url")


def test_personal_data_is_masked_before_it_is_stored(url: str) -> None:
    store = ConversationStore(Domain.empty(), database_url=url)
    tracker = DialogueStateTracker.from_events("someone", [])
    said = UserUttered(f"cccd của tôi là {NUMBER}", {"name": "ask", "confidence": 1.0})
    tracker.update(said)
    tracker.update(ActionExecuted("action_answer_procedure"))
    tracker.update(SlotSet("procedure", "1.014064"))
    asyncio.run(store.save(tracker))
    stored = asyncio.run(store.retrieve("someone"))
    assert stored is not None
    texts = [event.text for event in stored.events if isinstance(event, UserUttered)]
    assert texts == ["cccd của tôi là [số định danh]"]
    with store.session_scope() as session:
        assert all(NUMBER not in row.data for row in session.query(store.SQLEvent).all())
    assert tracker.latest_message is not None
    assert NUMBER in tracker.latest_message.text  # the turn itself still sees what was said
    store.engine.dispose()


def test_a_conversation_is_forgotten_alone(url: str) -> None:
    store = ConversationStore(Domain.empty(), database_url=url)
    for sender in ("mine", "yours"):
        tracker = DialogueStateTracker.from_events(sender, [])
        tracker.update(UserUttered("xin chào"))
        asyncio.run(store.save(tracker))
    engine = connect(url)
    forget(engine, "mine")
    engine.dispose()
    assert asyncio.run(store.retrieve("mine")) is None
    assert asyncio.run(store.retrieve("yours")) is not None
    store.engine.dispose()
