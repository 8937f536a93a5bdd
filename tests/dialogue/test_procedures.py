from __future__ import annotations

import pytest

from bot.dialogue.respond import Responder
from bot.dialogue.turn import Conversation, Message, Reply
from tests.dialogue.conftest import Chat


def codes(reply: Reply) -> list[str]:
    return [procedure["code"] for procedure in reply.procedures]


def test_a_named_procedure_is_answered(chat: Chat) -> None:
    reply = chat.say("đăng ký khai tử cần giấy tờ gì", "ask", "documents")
    assert (reply.outcome, codes(reply), reply.aspects) == ("answered", ["1.000656"], ("documents",))
    assert reply.sources[0]["checked_on"] == "2026-11-23"


def test_two_aspects_in_one_message_are_both_answered(chat: Chat) -> None:
    reply = chat.say("đăng ký khai tử lệ phí bao nhiêu, mấy ngày có", "ask", "fee", "deadline")
    assert "PHÍ, LỆ PHÍ" in reply.text
    assert "THỜI HẠN GIẢI QUYẾT" in reply.text


def test_a_follow_up_keeps_the_procedure(chat: Chat) -> None:
    chat.say("đăng ký khai tử cần giấy tờ gì", "ask", "documents")
    reply = chat.say("thế lệ phí?", "ask", "fee")
    assert (reply.outcome, codes(reply), reply.aspects) == ("answered", ["1.000656"], ("fee",))


def test_another_procedure_keeps_the_aspect(chat: Chat) -> None:
    chat.say("đăng ký khai tử lệ phí bao nhiêu", "ask", "fee")
    reply = chat.say("còn đăng ký kết hôn thì sao?", "switch")
    assert (reply.outcome, codes(reply), reply.aspects) == ("answered", ["1.000894"], ("fee",))


def test_a_correction_replaces_the_procedure_and_keeps_the_aspect(chat: Chat) -> None:
    chat.say("đăng ký kết hôn mất bao lâu", "ask", "deadline")
    reply = chat.say("à nhầm, đăng ký khai tử", "correct")
    assert (codes(reply), reply.aspects) == (["1.000656"], ("deadline",))


def test_a_new_story_starts_afresh(chat: Chat) -> None:
    chat.say("đăng ký kết hôn mất bao lâu", "ask", "deadline")
    reply = chat.say("tôi bị mất thẻ căn cước, muốn cấp lại thẻ căn cước")
    assert (codes(reply), reply.aspects) == (["1.014064"], ("overview",))


def test_a_name_of_ordinary_words_is_a_name(chat: Chat) -> None:
    first = chat.say("khai tử lệ phí bao nhiêu", "ask", "fee")
    assert codes(first)[0] == "1.000656"
    second = chat.say("căn cước cần giấy tờ gì", "ask", "documents")
    assert second.outcome == "clarify"
    assert len({"1.014061", "1.014062", "1.014063", "1.014064"} & set(codes(second))) >= 2


def test_a_name_of_ordinary_words_turns_away_from_what_was_discussed(chat: Chat) -> None:
    chat.say("đăng ký kết hôn mất bao lâu", "ask", "deadline")
    assert codes(chat.say("khai tử lệ phí bao nhiêu", "ask", "fee"))[0] == "1.000656"


@pytest.mark.parametrize("question", ["lệ phí bao nhiêu", "cần giấy tờ gì", "mất mấy ngày", "nộp ở đâu", "ai ký"])
def test_an_aspect_alone_goes_on_about_what_was_discussed(chat: Chat, question: str) -> None:
    chat.say("đăng ký kết hôn mất bao lâu", "ask", "deadline")
    assert codes(chat.say(question, "ask", "fee")) == ["1.000894"]


def test_something_not_in_the_database_is_never_answered_with_what_was_discussed(chat: Chat) -> None:
    chat.say("đăng ký kết hôn mất bao lâu", "ask", "deadline")
    reply = chat.say("xin cấp giấy phép bay flycam cần giấy tờ gì", "ask", "documents")
    assert reply.outcome in ("not_found", "clarify")


@pytest.mark.parametrize("pick", ["cái thứ hai", "số 2", "2", "cai thu 2", "lấy cái thứ hai nhé"])
def test_an_ordinal_picks_from_a_clarifying_question(chat: Chat, pick: str) -> None:
    asked = chat.say("căn cước cần giấy tờ gì", "ask", "documents")
    assert asked.outcome == "clarify"
    reply = chat.say(pick, "choose")
    assert (reply.outcome, codes(reply), reply.aspects) == ("answered", [codes(asked)[1]], ("documents",))


def test_a_button_or_a_name_picks_as_well(chat: Chat) -> None:
    asked = chat.say("căn cước lệ phí bao nhiêu", "ask", "fee")
    name = asked.procedures[-1]["name"]
    assert codes(chat.press(asked, name)) == [codes(asked)[-1]]
    again = chat.say("căn cước lệ phí bao nhiêu", "ask", "fee")
    if again.outcome == "clarify":
        assert codes(chat.say(name)) == [codes(asked)[-1]]


def test_none_of_the_choices_asks_for_other_words(chat: Chat) -> None:
    asked = chat.say("căn cước", "ask")
    reply = chat.press(asked, "Không phải các thủ tục này")
    assert reply.outcome == "not_found"
    assert reply.conversation.choices == ()


def test_an_aspect_after_a_clarifying_question_asks_again_for_it(chat: Chat) -> None:
    asked = chat.say("căn cước", "ask")
    reply = chat.say("lệ phí bao nhiêu", "ask", "fee")
    assert reply.outcome == "clarify"
    assert codes(reply) == codes(asked)
    assert chat.say("cái đầu tiên", "choose").aspects == ("fee",)


def test_a_wrong_answer_denied_offers_the_next_likely(chat: Chat) -> None:
    answered = chat.say("đăng ký khai tử", "ask")
    reply = chat.say("không phải cái này", "deny")
    assert reply.outcome == "clarify"
    assert codes(answered)[0] not in codes(reply)


def test_an_aspect_without_any_procedure_asks_which(chat: Chat) -> None:
    reply = chat.say("cần giấy tờ gì", "ask", "documents")
    assert reply.outcome == "clarify"
    assert 2 <= len(reply.procedures) <= 4
    assert codes(chat.say("cái thứ 1", "choose")) == [codes(reply)[0]]


def test_every_clarifying_question_has_two_to_four_choices(chat: Chat) -> None:
    for text in ("căn cước", "sổ đỏ", "hộ khẩu", "bảo hiểm", "giấy phép", "con tôi"):
        reply = chat.say(text)
        if reply.outcome == "clarify":
            assert 2 <= len(reply.procedures) <= 4, text


def test_a_listed_procedure_is_answered_honestly(chat: Chat) -> None:
    reply = chat.say("thủ tục cấp thẻ bảo hiểm y tế cần giấy gì", "ask", "documents")
    if reply.outcome == "clarify":
        reply = chat.say("", "choose", procedure="1.014137")
    assert codes(reply) == ["1.014137"]
    assert "chưa có hồ sơ chi tiết" in reply.text


def test_more_tells_what_was_not_told(chat: Chat) -> None:
    chat.say("đăng ký khai tử lệ phí bao nhiêu", "ask", "fee")
    reply = chat.say("nói rõ hơn đi", "more")
    assert reply.aspects == ("documents", "confirming_agencies")


def test_every_answer_offers_what_usually_follows(chat: Chat) -> None:
    reply = chat.say("đăng ký khai tử lệ phí bao nhiêu", "ask", "fee")
    assert 1 <= len(reply.buttons) <= 4
    assert chat.press(reply, reply.buttons[0].title).outcome == "answered"


def test_a_yes_no_question_is_answered_first(chat: Chat) -> None:
    chat.say("đăng ký khai tử cần giấy tờ gì", "ask", "documents")
    reply = chat.say("có mất tiền không", "ask", "fee")
    assert (codes(reply), reply.aspects) == (["1.000656"], ("fee",))
    assert reply.text.splitlines()[1].startswith("Dạ tuỳ trường hợp ạ: ")


@pytest.mark.parametrize("question", ["có cần sổ hộ khẩu không", "co can giay doc than ko a"])
def test_a_paper_asked_for_is_one_for_what_was_discussed(chat: Chat, question: str) -> None:
    chat.say("đăng ký kết hôn mất bao lâu", "ask", "deadline")
    reply = chat.say(question, "ask", "documents")
    assert codes(reply) == ["1.000894"]
    assert reply.text.splitlines()[1].startswith("Dạ không, ")


def test_a_choice_is_picked_by_its_name_within_a_message(responder: Responder) -> None:
    offered = Conversation(choices=("1.004772", "1.001193"), aspects=("documents",))
    said = Message("cháu chưa có giấy tờ gì cả, chỉ đăng ký khai sinh thôi", "ask", 0.7, ("documents",))
    reply = responder.respond(said, offered)
    assert (reply.outcome, codes(reply)) == ("answered", ["1.001193"])
