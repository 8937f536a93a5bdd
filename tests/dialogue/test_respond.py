from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.dialogue.buttons import is_button
from bot.dialogue.respond import Responder, unavailable
from bot.dialogue.turn import OUTCOMES, Conversation, Message
from bot.procedures import portal_guides
from bot.settings import ROOT, Settings
from tests.dialogue.conftest import Chat


@pytest.mark.parametrize(
    ("intent", "outcome"),
    [
        ("greet", "chitchat"),
        ("thanks", "chitchat"),
        ("goodbye", "chitchat"),
        ("bot_challenge", "chitchat"),
        ("help", "chitchat"),
        ("start_over", "chitchat"),
        ("handoff", "handoff"),
        ("crisis", "crisis"),
        ("abuse", "out_of_scope"),
        ("out_of_scope", "out_of_scope"),
        ("dossier_status", "dossier_status"),
        ("place", "place"),
    ],
)
def test_every_other_intent_has_its_outcome(chat: Chat, intent: str, outcome: str) -> None:
    reply = chat.say("ở đâu đó", intent)
    assert reply.outcome == outcome
    assert reply.text


def test_crisis_shows_all_hotlines(chat: Chat) -> None:
    text = chat.say("cứu với", "crisis").text
    assert all(number in text for number in ("113", "114", "115", "111"))


def test_a_person_wanted_is_told_where_when_and_which_number(chat: Chat) -> None:
    text = chat.say("cho gặp cán bộ", "handoff").text
    assert "1022" in text
    assert "Trung tâm Phục vụ hành chính công" in text


@pytest.mark.parametrize("topic", portal_guides.topics())
def test_every_portal_topic_has_its_guide(chat: Chat, topic: str) -> None:
    reply = chat.say("", "portal_guide", topic=topic)
    assert reply.outcome == "portal_guide"
    assert reply.custom["topic"] == topic
    assert reply.sources
    assert "1. " in reply.text


def test_a_sure_search_overrules_an_unsure_out_of_scope(responder: Responder) -> None:
    found = Message("đăng ký khai tử", "out_of_scope", 0.6, ("overview",), out_of_scope=0.6)
    assert responder.respond(found, Conversation()).outcome == "answered"
    foreign = Message("giá vàng hôm nay", "ask", 0.6, ("overview",), out_of_scope=0.35)
    assert responder.respond(foreign, Conversation()).outcome == "out_of_scope"


def test_an_unsure_portal_question_goes_on_about_the_procedure_under_discussion(responder: Responder) -> None:
    unsure = Message("nộp hồ sơ ở đâu vậy em", "portal_guide", 0.6, ("agency",), "submit_online")
    assert responder.respond(unsure, Conversation(procedure="1.000656")).outcome == "answered"
    assert responder.respond(unsure, Conversation()).outcome == "portal_guide"


def test_an_unknown_intent_is_taken_as_a_question(chat: Chat) -> None:
    assert chat.say("đăng ký khai tử", "").outcome == "answered"


def test_a_fault_keeps_the_conversation(settings: Settings) -> None:
    conversation = Conversation(procedure="1.000656", aspects=("fee",))
    reply = unavailable(conversation, settings)
    assert reply.outcome == "unavailable"
    assert reply.conversation == conversation


def test_every_intent_of_the_domain_has_a_rule_and_a_capability(responder: Responder) -> None:
    intents = set(YAML(typ="safe").load((ROOT / "domain.yml").read_text())["intents"])
    ruled = {
        step["intent"]
        for path in (ROOT / "data" / "rules").glob("*.yml")
        for rule in YAML(typ="safe").load(path.read_text())["rules"]
        for step in rule["steps"]
        if "intent" in step
    }
    assert intents == ruled == set(responder._capabilities())


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["ask", "choose", "correct", "switch", "affirm", "deny", "more", "start_case", "answer_case"]
            ),
            st.sampled_from(["khai tử", "căn cước", "cái thứ hai", "phí", "", "asdf", "có", "sổ đỏ bị mất", "????"]),
            st.sampled_from([(), ("fee",), ("overview",), ("documents", "deadline")]),
        ),
        max_size=6,
    )
)
def test_any_conversation_gets_a_reply_with_one_outcome(
    responder: Responder, turns: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    conversation = Conversation()
    for intent, text, aspects in turns:
        reply = responder.respond(Message(text, intent, 0.7, aspects), conversation)
        assert reply.outcome in OUTCOMES
        assert reply.text.strip()
        assert all(is_button(button.payload) for button in reply.buttons)
        conversation = reply.conversation


def test_templates_hold_what_citizens_read_and_code_does_not() -> None:
    marked = "ăâđêôơư"
    for path in Path(ROOT / "bot" / "dialogue").glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        code = [line for line in lines if '"' in line and not line.strip().startswith(('"""', "#"))]
        assert not [line for line in code if any(char in line for char in marked) and '"""' not in line], path
