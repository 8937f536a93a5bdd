from __future__ import annotations

import json

import pytest

from bot.dialogue.respond import Responder
from bot.dialogue.trace import CANDIDATES_SHOWN, trace
from bot.dialogue.turn import Conversation, Message
from bot.procedures.catalogue import Snapshot
from bot.procedures.model import ASPECTS
from bot.settings import Settings


@pytest.fixture
def responder(snapshot: Snapshot, settings: Settings) -> Responder:
    return Responder(snapshot, settings, lambda _content: "a-slip")


def test_candidates_and_rows_are_those_of_the_reply(snapshot: Snapshot, responder: Responder) -> None:
    message = Message("đăng ký khai tử lệ phí bao nhiêu", "ask", 0.97, ("fee",))
    reply = responder.respond(message, Conversation())
    told = trace(snapshot, message, reply)
    assert told["candidates"][0]["code"] == reply.procedures[0]["code"] == "1.000656"
    assert len(told["candidates"]) == CANDIDATES_SHOWN
    assert told["candidates"][0]["probability"] + told["none"] <= 1
    assert [row["text"] for row in told["rows"]] == [fee.name for fee in snapshot.procedures["1.000656"].fees]
    json.dumps(told)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_aspect_of_every_procedure_can_be_traced(snapshot: Snapshot, responder: Responder, aspect: str) -> None:
    for code in snapshot.procedures:
        message = Message("", "choose", aspects=(), entities={"procedure": code})
        reply = responder.respond(message, Conversation(aspects=(aspect,)))
        told = trace(snapshot, message, reply)
        assert told["candidates"] == []
        assert all(row["text"] for row in told["rows"])


def test_without_an_answer_no_rows_are_told(snapshot: Snapshot, responder: Responder) -> None:
    message = Message("xin chào", "greet", 0.99)
    assert trace(snapshot, message, responder.respond(message, Conversation()))["rows"] == []
