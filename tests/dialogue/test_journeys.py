from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.procedures import journey
from bot.procedures.catalogue import Snapshot
from bot.procedures.journey import Goal
from tests.dialogue.conftest import Chat

BIRTH = "1.001193"


def test_a_plan_gives_the_visits_of_the_procedure_under_discussion(chat: Chat, snapshot: Snapshot) -> None:
    chat.say("đăng ký khai sinh cần giấy tờ gì", "ask", "documents")
    reply = chat.say("phải đi những đâu, đi mấy lần", "plan")
    assert reply.outcome == "answered"
    plan = journey.plan(snapshot.procedures, [Goal(BIRTH, reply.conversation.case)])
    assert reply.custom["visits"] == [visit.to_content() for visit in plan.visits]
    assert "KẾ HOẠCH" in reply.text


def test_a_case_answer_after_a_plan_leads_to_the_plan_of_the_case(chat: Chat) -> None:
    chat.say("đăng ký khai sinh thì đi những đâu", "plan")
    assert chat.conversation.told == "plan"
    reply = chat.say("có giấy chứng sinh")
    while reply.outcome == "case_question":
        reply = chat.press(reply, reply.buttons[0].title)
    assert "visits" in reply.custom
    assert reply.custom["case"]["birth_proof"] == "medical"


def test_a_life_event_tells_its_procedures_and_visits(chat: Chat, snapshot: Snapshot) -> None:
    reply = chat.say("nhà em mới có người mất, phải làm những gì", "life_event", life_event="death")
    assert reply.outcome == "answered"
    event = snapshot.life_events["death"]
    assert {procedure["code"] for procedure in reply.procedures} <= {row.code for row in event.procedures}
    assert event.introduction in reply.text
    assert isinstance(reply.custom["visits"], list)


def test_the_questions_of_every_life_event_lead_to_a_plan(chat: Chat, snapshot: Snapshot) -> None:
    for key in snapshot.life_events:
        reply = chat.say("", "life_event", life_event=key)
        while reply.conversation.case_question is not None:
            reply = chat.press(reply, reply.buttons[0].title)
        assert reply.outcome == "answered", key
        assert reply.procedures, key


def test_a_procedure_of_a_life_event_can_be_asked_about(chat: Chat) -> None:
    reply = chat.say("", "life_event", life_event="death")
    while reply.conversation.case_question is not None:
        reply = chat.press(reply, reply.buttons[0].title)
    offered = next(button for button in reply.buttons if "choose" in button.payload)
    assert chat.press(reply, offered.title).outcome == "answered"


def test_a_procedure_of_a_life_event_keeps_what_the_event_says_of_its_case(chat: Chat, snapshot: Snapshot) -> None:
    told = {row.code: row.case for event in snapshot.life_events.values() for row in event.procedures if row.case}
    seen = 0
    for key in snapshot.life_events:
        reply = chat.say("", "life_event", life_event=key)
        while reply.conversation.case_question is not None:
            reply = chat.press(reply, reply.buttons[0].title)
        for button in reply.buttons:
            code = next((code for code in told if code in button.payload), None)
            if code is not None:
                seen += bool(chat.press(reply, button.title).conversation.case)
                chat.say("", "life_event", life_event=key)
                break
    assert seen


def test_an_unknown_life_event_is_taken_as_a_question(chat: Chat) -> None:
    assert chat.say("đăng ký khai tử", "life_event", life_event="nothing").outcome == "answered"


def test_a_slip_keeps_procedure_and_case(chat: Chat, kept_slips: list[Mapping[str, Any]]) -> None:
    chat.say("đăng ký khai sinh cần giấy tờ gì", "ask", "documents")
    chat.say("có giấy chứng sinh")
    reply = chat.say("ghi ra giấy giúp bác", "slip")
    assert reply.custom["slip_url"].endswith("/phieu/slip-1")
    assert reply.custom["slip_url"] in reply.text
    assert kept_slips == [{"goals": [{"code": BIRTH, "case": {"birth_proof": "medical"}}], "held": []}]


def test_a_slip_of_a_life_event_has_all_that_is_surely_needed(chat: Chat, kept_slips: list[Mapping[str, Any]]) -> None:
    reply = chat.say("", "life_event", life_event="marriage")
    while reply.conversation.case_question is not None:
        reply = chat.press(reply, reply.buttons[0].title)
    chat.say("in ra giấy giúp tôi", "slip")
    assert kept_slips[0]["goals"]
    assert kept_slips[0]["life_event"] == "marriage"


def test_a_slip_of_nothing_asks_for_what(chat: Chat, kept_slips: list[Mapping[str, Any]]) -> None:
    assert chat.say("in ra giấy giúp tôi", "slip").outcome == "clarify"
    assert kept_slips == []


def test_a_slip_names_its_procedure(chat: Chat, kept_slips: list[Mapping[str, Any]]) -> None:
    chat.say("in giúp tôi phiếu đăng ký khai tử", "slip")
    assert [goal["code"] for goal in kept_slips[0]["goals"]] == ["1.000656"]


def test_a_plan_of_a_life_event_keeps_what_is_known_of_the_case(chat: Chat) -> None:
    reply = chat.say("", "life_event", life_event="gift_of_land")
    while reply.conversation.case_question is not None:
        reply = chat.press(reply, reply.buttons[0].title)
    again = chat.say("phải đi những đâu trước, đâu sau", "plan")
    assert again.custom["case"] == reply.custom["case"]
    assert again.custom["visits"] == reply.custom["visits"] != []
