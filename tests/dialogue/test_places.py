from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.dialogue.buttons import is_button
from bot.dialogue.places import PlaceDialogue
from bot.dialogue.respond import Responder
from bot.dialogue.turn import Conversation, Message
from bot.procedures.catalogue import Snapshot
from bot.procedures.offices import Office
from bot.procedures.opening import VIETNAM, WEEKDAYS, read_hours
from bot.settings import Settings
from tests.dialogue.conftest import Chat

TAN_HUNG = {"ward_code": "11977", "ward": "Xã Tân Hưng", "province": "Tỉnh Hưng Yên"}
QUANG_HUNG = {"ward_code": "12391", "ward": "Xã Quang Hưng", "province": "Tỉnh Hưng Yên"}
CENTRE = Office(
    *("commune_centre", "Trung tâm Phục vụ hành chính công xã Tân Hưng", "Hưng Yên", "11977"),
    *("Thôn B, xã Tân Hưng", "0221 3888 999"),
    hours={day: read_hours("07:30-11:30; 13:30-17:00") for day in WEEKDAYS[:5]},
)
DEATH = "1.000656"


def at(snapshot: Snapshot, settings: Settings, now: str, *offices: Office) -> PlaceDialogue:
    moment = datetime.fromisoformat(now).replace(tzinfo=VIETNAM)
    return PlaceDialogue(replace(snapshot, offices=offices), settings, lambda: moment)


def test_a_place_is_told_with_its_codes_of_today(chat: Chat) -> None:
    reply = chat.say("xã Minh Phượng huyện Tiên Lữ giờ đến đâu làm", "place")
    assert reply.custom["place"] == {"ward_code": "12361", "ward": "Xã Tiên Hoa", "province": "Tỉnh Hưng Yên"}
    assert "Trung tâm Phục vụ hành chính công xã Tiên Hoa" in reply.text
    assert "địa chỉ, số điện thoại, giờ làm việc đã kiểm chứng" in reply.text
    assert chat.conversation.place == "12361"


def test_a_district_alone_asks_for_the_commune_and_offers_nothing(chat: Chat) -> None:
    reply = chat.say("huyện Phù Cừ thì ra đâu", "place")
    assert reply.outcome == "place"
    assert not {"place", "places"} & set(reply.custom)
    assert "huyện Phù Cừ" in reply.text
    assert "xã, phường" in reply.text
    assert not reply.buttons
    # The district is kept in mind: of four former Minh Tân the one there is meant.
    assert chat.say("Minh Tân", "place").custom["place"] == QUANG_HUNG


@pytest.mark.parametrize(
    ("answer", "intent"),
    [
        ("Minh Tân huyện Phù Cừ", "place"),
        ("Phù Cừ", "ask"),
        ("phu cu em oi", "out_of_scope"),
        ("xã Quang Hưng", "choose"),
        ("cái thứ 1", "choose"),
        ("số 1", "place"),
    ],
)
def test_a_name_that_several_communes_had_is_asked_back_and_the_answer_understood(
    chat: Chat, answer: str, intent: str
) -> None:
    asked = chat.say("xã Minh Tân nộp ở đâu", "place")
    assert asked.custom["places"][0]["ward"] == "Xã Quang Hưng"
    assert len(asked.custom["places"]) == len(asked.buttons) == 4
    assert "Huyện Phù Cừ" in asked.text
    assert chat.say(answer, intent).custom["place"] == QUANG_HUNG


def test_a_choice_is_pressed(chat: Chat) -> None:
    asked = chat.say("xã Minh Tân nộp ở đâu", "place")
    assert all(is_button(button.payload) for button in asked.buttons)
    assert chat.press(asked, asked.buttons[0].title).custom["place"] == QUANG_HUNG


def test_a_single_unsure_choice_is_confirmed(chat: Chat) -> None:
    asked = chat.say("nhà em ở Khoái Châu", "place")
    assert [place["ward"] for place in asked.custom["places"]] == ["Xã Khoái Châu"]
    assert chat.say("Khoái Châu ạ", "place").outcome == "place"
    chat.say("nhà em ở Khoái Châu", "place")
    assert chat.say("Đông Tảo", "place").custom["place"]["ward"] == "Xã Hoàn Long"


def test_a_question_about_something_else_leaves_the_question_of_place(chat: Chat) -> None:
    chat.say("xã Minh Tân nộp ở đâu", "place")
    assert chat.say("đăng ký khai tử", "ask").outcome == "answered"
    assert chat.conversation.place_choices == ()


def test_the_office_that_receives_the_procedure_under_discussion_is_named(chat: Chat) -> None:
    chat.say("đăng ký khai tử cần giấy tờ gì", "ask", "documents")
    reply = chat.say("ở xã Tân Hưng thì nộp chỗ nào", "place", "agency")
    assert reply.custom["place"] == TAN_HUNG
    assert "khai tử" in reply.text.casefold()
    assert "Trung tâm Phục vụ hành chính công xã Tân Hưng" in reply.text
    assert chat.conversation.procedure == DEATH


def test_the_commune_is_remembered_for_the_next_where(chat: Chat) -> None:
    chat.say("ubnd xã Tân Hưng ở đâu", "place")
    reply = chat.say("đăng ký khai tử nộp ở đâu", "ask", "agency")
    assert reply.outcome == "answered"
    assert reply.text.count("Trung tâm Phục vụ hành chính công xã Tân Hưng") == 1
    assert chat.conversation.place == "11977"
    assert chat.say("lệ phí bao nhiêu", "ask", "fee").text.count("Tân Hưng") == 0
    chat.say("bắt đầu lại", "start_over")
    assert chat.conversation.place is None


def test_a_commune_named_with_the_procedure_is_remembered_too(chat: Chat) -> None:
    chat.say("thủ tục đăng ký khai tử ở xã Tân Hưng", "ask", "agency")
    reply = chat.say("đăng ký khai tử", "ask", "agency")
    assert reply.outcome == "answered"
    assert "Ở xã Tân Hưng, tỉnh Hưng Yên" in reply.text


def test_the_police_of_a_commune_is_named_when_it_is_asked_for(chat: Chat) -> None:
    assert "Công an xã Yên Mỹ" in chat.say("công an xã Yên Mỹ ở đâu", "place").text


def test_the_centre_of_the_province_needs_no_commune(chat: Chat) -> None:
    reply = chat.say("trung tâm phục vụ hành chính công tỉnh Hưng Yên ở đâu", "place")
    assert "Trung tâm Phục vụ hành chính công tỉnh Hưng Yên" in reply.text


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ("2026-11-23T09:00", "đến 11:30"),
        ("2026-11-27T18:00", "mở cửa lại lúc 07:30 thứ Hai, 30/11/2026"),
        ("2026-09-02T09:00", "Quốc khánh"),
    ],
)
def test_what_is_known_of_an_office_is_told_and_whether_it_is_open(
    snapshot: Snapshot, settings: Settings, now: str, says: str
) -> None:
    dialogue = at(snapshot, settings, now, CENTRE)
    reply = dialogue.place(Message("một cửa xã Tân Hưng mấy giờ mở cửa", "place"), Conversation())
    for known in ("Thôn B, xã Tân Hưng", "0221 3888 999", "thứ Hai – thứ Sáu 07:30–11:30; 13:30–17:00", says):
        assert known in reply.text
    assert "đã kiểm chứng" not in reply.text
    assert not reply.buttons


def test_without_hours_nothing_is_said_of_them_but_a_public_holiday(snapshot: Snapshot, settings: Settings) -> None:
    asked = Message("xã Tân Hưng ở đâu", "place")
    workday = at(snapshot, settings, "2026-11-23T20:00").place(asked, Conversation()).text
    assert "giờ làm việc;" not in workday
    assert "nghỉ lễ" not in workday
    assert "lịch nghỉ lễ chung" in at(snapshot, settings, "2026-09-02T20:00").place(asked, Conversation()).text


def test_the_hours_of_the_citizens_own_centre_are_told_where_they_are_known(
    snapshot: Snapshot, settings: Settings
) -> None:
    asked = Message("mấy giờ mở cửa", "portal_guide", topic="opening_hours")
    known = Responder(replace(snapshot, offices=(CENTRE,)), settings, lambda _content: "a-slip")
    assert known.respond(asked, Conversation(place="11977")).outcome == "place"
    assert known.respond(asked, Conversation()).outcome == "portal_guide"
    assert (
        Responder(snapshot, settings, lambda _content: "a-slip").respond(asked, Conversation(place="11977")).outcome
        == "portal_guide"
    )
