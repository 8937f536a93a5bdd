from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import turn
from actions.procedure import ActionAnswerProcedure
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures.catalogue import Catalogue
from bot.procedures.store import Store, connect
from bot.settings import ROOT
from tests.conftest import TODAY


def tracker(text: str, intent: str, entities: list[dict[str, str]] | None = None, **slots: Any) -> Tracker:
    latest = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": entities or []}
    return Tracker("someone", slots, latest, [], False, None, {}, "action_listen")


def run(message: Tracker) -> tuple[dict[str, Any], dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    events = asyncio.run(ActionAnswerProcedure().run(dispatcher, message, {}))
    return dispatcher.messages[0], {event["name"]: event["value"] for event in events}


@pytest.fixture
def loaded(loaded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Catalogue(Store(connect(loaded_url)), lambda: TODAY)
    monkeypatch.setattr(turn, "catalogue", lambda: known)


@pytest.mark.usefixtures("loaded")
def test_an_action_replies_and_keeps_what_the_next_turn_needs() -> None:
    reply, slots = run(tracker("đăng ký khai tử lệ phí bao nhiêu", "ask", [{"entity": "aspect", "value": "fee"}]))
    assert reply["custom"]["outcome"] == "answered"
    assert reply["buttons"]
    assert (slots["procedure"], slots["aspects"], slots["outcome"]) == ("1.000656", ["fee"], "answered")
    follow_up, _ = run(tracker("bao lâu có", "ask", [{"entity": "aspect", "value": "deadline"}], **slots))
    assert follow_up["custom"]["procedures"][0]["code"] == "1.000656"


def test_a_fault_is_an_apology_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Catalogue:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(turn, "catalogue", broken)
    reply, slots = run(tracker("lệ phí", "ask", procedure="1.000656", aspects=["documents"]))
    assert reply["custom"]["outcome"] == "unavailable"
    assert slots["procedure"] == "1.000656"


def test_a_hang_is_an_apology_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "TIME_LIMIT", 0.05)
    monkeypatch.setattr(ActionAnswerProcedure, "_reply", lambda *_: time.sleep(0.5))
    reply, _ = run(tracker("lệ phí", "ask"))
    assert reply["custom"]["outcome"] == "unavailable"


def test_a_message_is_read_from_the_parse() -> None:
    entities = [
        {"entity": "aspect", "value": "fee"},
        {"entity": "aspect", "value": "documents"},
        {"entity": "topic", "value": "pay_online"},
    ]
    message = turn.read_message({"text": "phí", "intent": {"name": "ask", "confidence": 0.7}, "entities": entities})
    assert message == Message("phí", "ask", 0.7, ("documents", "fee"), "pay_online", {"topic": "pay_online"})


def test_a_button_says_nothing_in_words() -> None:
    assert turn.read_message({"text": '/ask{"aspect": "fee"}', "intent": {"name": "ask"}}).text == ""


def test_a_message_without_a_parse_is_empty() -> None:
    assert turn.read_message({}) == Message("", "", 0.0)


def test_a_conversation_survives_the_slots() -> None:
    conversation = Conversation("1.000656", ("fee",), ("a", "b"), ("c",), "q", {"x": "y"})
    events = turn.slots(Reply("", "answered", conversation))
    assert turn.read_conversation({event["name"]: event["value"] for event in events}) == conversation


def test_the_action_server_never_imports_rasa_or_tensorflow() -> None:
    code = (
        "import sys, pkgutil, importlib, actions\n"
        "for module in pkgutil.iter_modules(actions.__path__): importlib.import_module('actions.' + module.name)\n"
        "print([name for name in sys.modules if name in ('rasa', 'tensorflow')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
