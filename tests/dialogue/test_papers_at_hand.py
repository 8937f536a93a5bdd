from __future__ import annotations

from bot.procedures.catalogue import Snapshot
from tests.dialogue.conftest import Chat

BIRTH = "1.001193"


def ask_for_birth_papers(chat: Chat) -> None:
    reply = chat.say("đăng ký khai sinh cần giấy tờ gì", "ask", "documents")
    while reply.conversation.case_question is not None:
        reply = chat.press(reply, reply.buttons[0].title)


def test_what_the_citizen_has_is_kept_and_what_is_missing_told(chat: Chat) -> None:
    ask_for_birth_papers(chat)
    reply = chat.say("em có giấy chứng sinh với căn cước rồi, còn thiếu gì không", "have_papers")
    assert {"birth_certificate", "identity_paper"} <= set(reply.conversation.held)
    assert "☐ Giấy chứng sinh" not in reply.text
    assert "☐ Tờ khai đăng ký khai sinh" in reply.text


def test_what_was_said_before_is_still_held(chat: Chat) -> None:
    ask_for_birth_papers(chat)
    chat.say("em có giấy chứng sinh rồi", "have_papers")
    reply = chat.say("có thêm căn cước nữa, còn thiếu gì", "have_papers")
    assert {"birth_certificate", "identity_paper"} <= set(reply.conversation.held)
    taken_back = chat.say("à giấy chứng sinh em làm mất rồi", "have_papers")
    assert "birth_certificate" not in taken_back.conversation.held


def test_a_plan_leaves_out_what_is_held(chat: Chat, snapshot: Snapshot) -> None:
    ask_for_birth_papers(chat)
    chat.say("em có giấy chứng sinh rồi", "have_papers")
    reply = chat.say("đi những đâu", "plan")
    papers = [paper for visit in reply.custom["visits"] for paper in visit["papers"]]
    assert "Giấy chứng sinh" not in papers


def test_papers_without_a_procedure_ask_which_one(chat: Chat) -> None:
    assert chat.say("tôi có đủ giấy rồi", "have_papers").outcome == "clarify"
