from __future__ import annotations

from dataclasses import replace

from bot.dialogue.respond import Responder
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures import cases
from bot.procedures.catalogue import Snapshot
from tests.dialogue.conftest import Chat

BIRTH, DEATH, SINGLE = "1.001193", "1.000656", "1.004873"


def codes(reply: Reply) -> list[str]:
    return [procedure["code"] for procedure in reply.procedures]


def ask_for_birth_papers(chat: Chat) -> Reply:
    return chat.say("đăng ký khai sinh cần giấy tờ gì", "ask", "documents")


def test_a_checklist_comes_at_once_with_the_first_case_question_below(chat: Chat) -> None:
    reply = ask_for_birth_papers(chat)
    assert (reply.outcome, codes(reply)) == ("answered", [BIRTH])
    assert "GIẤY TỜ CẦN CHUẨN BỊ" in reply.text
    assert reply.conversation.case_question is not None
    assert [button.title for button in reply.buttons][-1] == "Không rõ, bỏ qua câu này"


def test_the_case_questions_lead_to_the_checklist_of_the_case(chat: Chat, snapshot: Snapshot) -> None:
    reply = ask_for_birth_papers(chat)
    answers: dict[str, str] = {}
    while chat.conversation.case_question is not None:
        question = chat.conversation.case_question
        chosen = cases.answers_of(snapshot.procedures[BIRTH], question)[-1]
        answers[question] = chosen.key
        reply = chat.press(reply, chosen.label)
        assert reply.outcome == ("case_question" if reply.conversation.case_question else "answered")
    assert reply.custom["case"] == answers
    assert set(reply.aspects) == {"documents", "agency", "deadline", "fee"}
    assert "▸ Trường hợp" not in reply.text


def test_an_answer_is_understood_in_words_and_by_its_number(chat: Chat) -> None:
    labels = [button.title for button in ask_for_birth_papers(chat).buttons]
    assert len(chat.say(labels[0].lower()).conversation.case) == 1
    assert len(chat.say("cái thứ hai", "choose").conversation.case) == 2


def test_an_answer_that_the_nlu_takes_for_something_else_is_still_an_answer(chat: Chat) -> None:
    question = ask_for_birth_papers(chat).conversation.case_question
    reply = chat.say("bệnh viện cấp rồi", "out_of_scope")
    assert reply.conversation.case[question or ""] == "medical"


def test_what_is_said_at_first_is_not_asked_again(chat: Chat, snapshot: Snapshot) -> None:
    reply = chat.say(
        "đăng ký khai sinh cho cháu, có giấy chứng sinh rồi, nhờ hàng xóm đi nộp giúp cần giấy tờ gì",
        "ask",
        "documents",
    )
    said = cases.said(snapshot.procedures[BIRTH], "đăng ký khai sinh cho cháu, có giấy chứng sinh rồi")
    assert said.items() <= reply.conversation.case.items()
    assert reply.conversation.case_question not in reply.conversation.case
    assert reply.custom.get("case", {}) == reply.conversation.case


def test_a_question_can_be_skipped_and_is_not_asked_again(chat: Chat) -> None:
    first = ask_for_birth_papers(chat)
    reply = chat.say("không biết nữa")
    skipped = first.conversation.case_question
    asked = set()
    while reply.conversation.case_question is not None:
        asked.add(reply.conversation.case_question)
        reply = chat.press(reply, "Không rõ, bỏ qua câu này")
    assert skipped not in asked
    assert reply.outcome == "answered"
    assert reply.conversation.case == {}
    assert "▸ Trường hợp" in reply.text


def test_an_answer_can_be_corrected_during_the_questions(chat: Chat) -> None:
    ask_for_birth_papers(chat)
    chat.say("có giấy chứng sinh")
    reply = chat.say("à nhầm, không có giấy chứng sinh, chỉ có người làm chứng", "correct")
    assert reply.conversation.case == {"birth_proof": "witness"}
    assert reply.outcome == "case_question"


def test_an_answer_can_be_corrected_after_the_questions(chat: Chat) -> None:
    reply = ask_for_birth_papers(chat)
    while reply.conversation.case_question is not None:
        reply = chat.press(reply, reply.buttons[0].title)
    assert "☐ Giấy chứng sinh" in reply.text
    corrected = chat.say("à nhầm, không có giấy chứng sinh, chỉ có người làm chứng", "correct")
    assert codes(corrected) == [BIRTH]
    assert "☐ Giấy chứng sinh" not in corrected.text
    assert "☐ Văn bản của người làm chứng" in corrected.text


def test_a_question_that_comes_between_is_answered_and_the_open_one_asked_again(chat: Chat) -> None:
    ask_for_birth_papers(chat)
    asked = chat.say("có giấy chứng sinh")
    assert asked.outcome == "case_question"
    reply = chat.say("lệ phí bao nhiêu", "ask", "fee")
    assert (reply.outcome, reply.aspects) == ("answered", ("fee",))
    assert "Mình quay lại" in reply.text
    assert reply.conversation.case_question == asked.conversation.case_question
    assert reply.buttons == asked.buttons
    assert chat.say("cái đầu tiên", "choose").conversation.case.keys() == {
        "birth_proof",
        asked.conversation.case_question,
    }


def test_another_procedure_ends_the_questions(chat: Chat) -> None:
    ask_for_birth_papers(chat)
    chat.say("có giấy chứng sinh")
    reply = chat.say("đăng ký khai tử lệ phí bao nhiêu", "ask", "fee")
    assert codes(reply) == [DEATH]
    assert reply.conversation.case == {}
    assert reply.conversation.case_question is None


def test_the_case_of_one_procedure_is_not_taken_to_another(chat: Chat) -> None:
    ask_for_birth_papers(chat)
    chat.say("có giấy chứng sinh")
    reply = chat.say("còn đăng ký khai tử thì sao", "switch")
    assert codes(reply) == [DEATH]
    assert "birth_proof" not in reply.conversation.case


def test_a_button_starts_the_questions_from_an_overview(chat: Chat) -> None:
    overview = chat.say("đăng ký khai sinh", "ask", "overview")
    reply = chat.press(overview, "Lọc theo trường hợp của tôi")
    assert reply.outcome == "case_question"
    assert "Để liệt kê đúng giấy tờ" in reply.text


def test_danger_comes_before_any_question(chat: Chat) -> None:
    ask_for_birth_papers(chat)
    assert chat.say("có cháy nhà rồi cứu với", "crisis").outcome == "crisis"


def test_a_short_answer_that_sounds_like_a_plan_or_like_danger_is_an_answer(responder: Responder) -> None:
    asked = Conversation(procedure=SINGLE, aspects=("documents",), case_question="authorised", is_interview=True)
    plan = responder.respond(Message("tôi tự đi", "plan", 0.85), asked)
    assert plan.conversation.case == {"authorised": "no"}
    widowed = replace(asked, case_question="history")
    reply = responder.respond(Message("vợ tôi mất rồi", "crisis", 0.4), widowed)
    assert reply.conversation.case == {"history": "widowed"}


def test_danger_to_life_is_no_answer(responder: Responder) -> None:
    asked = Conversation(procedure=SINGLE, aspects=("documents",), case_question="authorised", is_interview=True)
    assert responder.respond(Message("chồng tôi đi", "crisis", 0.95), asked).outcome == "crisis"


def test_a_plan_that_is_asked_for_is_no_answer(responder: Responder) -> None:
    asked = Conversation(procedure=SINGLE, aspects=("documents",), case_question="authorised", is_interview=True)
    reply = responder.respond(Message("tôi tự đi thì phải đi mấy nơi", "plan", 0.95), asked)
    assert "visits" in reply.custom


def test_what_names_nothing_asks_the_open_question_of_a_life_event_again(responder: Responder) -> None:
    asked = Conversation(life_event="death", case={"foreign": "no"}, case_question="benefits", is_interview=True)
    reply = responder.respond(Message("để tôi xem lại đã", "ask", 0.9, ("overview",)), asked)
    assert reply.outcome == "case_question"
    assert reply.conversation.case_question == "benefits"


def test_an_open_question_that_the_data_no_longer_has_is_let_go(responder: Responder) -> None:
    gone = Conversation(procedure=SINGLE, aspects=("documents",), case_question="gone", is_interview=True)
    assert responder.respond(Message("lệ phí bao nhiêu", "ask", 0.9, ("fee",)), gone).outcome == "answered"
