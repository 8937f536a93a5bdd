from __future__ import annotations

from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

from bot.channels.replies import answered, reply, turns
from bot.channels.turns import Answer

APOLOGY = Answer("Dạ, em xin lỗi", (), {"outcome": "unavailable"})
CHOICE = {"title": "Khai tử", "payload": '/choose{"procedure": "1.000656"}'}


def test_a_reply_has_text_blocks_and_where_it_stands_alone() -> None:
    custom = {
        "outcome": "answered",
        "aspects": ["fee"],
        "procedures": [{"code": "1.000656", "name": "x"}],
        "sources": [],
    }
    told = reply(Answer("PHÍ, LỆ PHÍ\n• Lệ phí: không thu", (CHOICE,), custom))
    assert told["blocks"][0]["aspect"] == "fee"
    assert told["answer_url"] == "/tra-loi/1.000656?aspects=fee"
    assert told["buttons"] == [CHOICE]
    assert told["text"].startswith("PHÍ")


def test_a_reply_with_a_slip_is_shown_by_the_slip() -> None:
    url = "https://motcua.example.vn/phieu/k7m2-9qxd-4htp-0abc"
    told = reply(Answer("Dạ", (), {"outcome": "answered", "procedures": [{"code": "1.000656"}], "slip_url": url}))
    assert (told["slip_url"], told["answer_url"]) == (url, None)


def test_choices_stand_on_buttons_only() -> None:
    told = reply(Answer("Anh/chị chọn ạ?\n1. Khai tử\n2. Khác", (CHOICE,), {"outcome": "clarify"}))
    assert [block["text"] for block in told["blocks"]] == ["Anh/chị chọn ạ?", "Khác"]
    assert "1. Khai tử" in told["text"]


def test_a_conversation_is_told_again_with_the_words_of_the_buttons() -> None:
    events = [
        UserUttered("khai tử", message_id="m1", timestamp=1.0),
        BotUttered("Chọn ạ?", {"buttons": [CHOICE]}),
        BotUttered(None, {"custom": {"outcome": "clarify"}}),
        UserUttered(CHOICE["payload"], message_id="m2", timestamp=2.0),
        SlotSet("procedure", "1.000656"),
        BotUttered("Dạ", {"custom": {"outcome": "answered"}}),
        UserUttered('/choose{"procedure": "9.9"}', message_id="m3", timestamp=3.0),
    ]
    told = turns(events, APOLOGY)
    assert [(one["id"], one["question"], one["reply"]["outcome"]) for one in told] == [
        ("m1", "khai tử", "clarify"),
        ("m2", "Khai tử", "answered"),
        ("m3", "", "unavailable"),
    ]
    assert told[0]["at"] == "1970-01-01T00:00:01+00:00"


def test_only_a_message_with_an_answer_is_answered() -> None:
    events = [UserUttered("a", message_id="m1"), BotUttered("b"), UserUttered("c", message_id="m2")]
    assert [answered(events, message) for message in ("m1", "m2", "m3")] == [True, False, False]
