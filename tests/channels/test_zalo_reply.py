from __future__ import annotations

import pytest

from bot.channels.turns import Answer
from bot.channels.zalo_reply import LONGEST_TEXT, LONGEST_TITLE, MOST_BUTTONS, MOST_MESSAGES, messages
from bot.dialogue.respond import Responder
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures.catalogue import Snapshot
from bot.procedures.model import ASPECTS
from bot.settings import Settings

SITE = "https://motcua.example"
ANSWERED = {"outcome": "answered", "procedures": [{"code": "1.001193"}], "aspects": ["fee"]}
LINK = f"{SITE}/tra-loi/1.001193?aspects=fee"
LONG = "\n".join(f"Dòng thứ {number} của một câu trả lời dài." for number in range(400))


def buttons_of(message: dict[str, object]) -> list[dict[str, object]]:
    attachment = message["attachment"]
    assert isinstance(attachment, dict)
    assert attachment["type"] == "template"
    buttons = attachment["payload"]["buttons"]
    assert isinstance(buttons, list)
    return buttons


def pressed(number: int) -> list[dict[str, str]]:
    return [{"title": f"Nút {place}", "payload": f'/ask{{"aspect": "{place}"}}'} for place in range(number)]


def as_answer(reply: Reply) -> Answer:
    return Answer(reply.text, tuple({"title": b.title, "payload": b.payload} for b in reply.buttons), reply.custom)


def test_a_text_alone_is_a_text() -> None:
    assert messages(Answer("Dạ"), SITE) == [{"text": "Dạ"}]


def test_buttons_send_their_payload_hidden() -> None:
    (message,) = messages(Answer("Dạ", tuple(pressed(2))), SITE)
    assert buttons_of(message) == [
        {"type": "oa.query.hide", "title": "Nút 0", "payload": '/ask{"aspect": "0"}'},
        {"type": "oa.query.hide", "title": "Nút 1", "payload": '/ask{"aspect": "1"}'},
    ]


def test_an_answer_links_to_the_page_that_shows_it() -> None:
    (message,) = messages(Answer("Dạ", tuple(pressed(4)), ANSWERED), SITE)
    assert buttons_of(message)[-1] == {
        "type": "oa.open.url",
        "title": "Xem đầy đủ trên trang",
        "payload": {"url": LINK},
    }
    assert LINK not in message["text"]


def test_a_slip_is_opened_by_a_button() -> None:
    url = f"{SITE}/phieu/k7m2-9qxd-4htp-0abc"
    for number, titles in ((0, ["Mở phiếu"]), (MOST_BUTTONS, [f"Nút {place}" for place in range(MOST_BUTTONS)])):
        (message,) = messages(Answer(f"Dạ\n{url}", tuple(pressed(number)), {**ANSWERED, "slip_url": url}), SITE)
        assert [button["title"] for button in buttons_of(message)] == titles
        assert message["text"] == f"Dạ\n{url}"
    (message,) = messages(Answer("Dạ", (), {"slip_url": url}), SITE)
    assert buttons_of(message) == [{"type": "oa.open.url", "title": "Mở phiếu", "payload": {"url": url}}]


def test_where_buttons_leave_no_room_the_link_is_a_line() -> None:
    (message,) = messages(Answer("Dạ", tuple(pressed(7)), ANSWERED), SITE)
    assert message["text"] == f"Dạ\n\nXem đầy đủ: {LINK}"
    assert [button["title"] for button in buttons_of(message)] == [f"Nút {place}" for place in range(MOST_BUTTONS)]


def test_a_long_answer_has_its_buttons_at_the_end() -> None:
    said = messages(Answer(LONG[:5000], tuple(pressed(1))), SITE)
    assert len(said) == 3
    assert ["attachment" in message for message in said] == [False, False, True]


@pytest.mark.parametrize(
    ("custom", "number", "end"),
    [(ANSWERED, 1, f"\n… xem đầy đủ: {LINK}"), (ANSWERED, 5, f"\n… xem đầy đủ: {LINK}"), ({}, 1, "\n…")],
)
def test_an_answer_too_long_says_where_it_goes_on(custom: dict[str, object], number: int, end: str) -> None:
    said = messages(Answer(LONG, tuple(pressed(number)), custom), SITE)
    assert len(said) == MOST_MESSAGES
    assert said[-1]["text"].endswith(end)
    assert all(len(message["text"]) <= LONGEST_TEXT for message in said)


def test_a_title_too_long_is_shortened_between_words() -> None:
    (message,) = messages(Answer("Dạ", ({"title": "Cấp lại giấy " * 20, "payload": "/deny"},)), SITE)
    title = str(buttons_of(message)[0]["title"])
    assert len(title) <= LONGEST_TITLE
    assert title.endswith(("Cấp lại giấy…", "Cấp lại…", "Cấp…"))


def test_every_answer_there_is_keeps_zalos_limits(snapshot: Snapshot, settings: Settings) -> None:
    responder = Responder(snapshot, settings, lambda _content: "a-slip")
    asked = [
        Message("", "choose", aspects=aspects, entities={"procedure": code})
        for code in snapshot.procedures
        for aspects in (("overview",), ASPECTS)
    ]
    asked += [Message("", "portal_guide", entities={"topic": topic}) for topic in snapshot.guides]
    assert len(asked) > 100
    for message in asked:
        reply = responder.respond(message, Conversation(aspects=message.aspects))
        assert reply.outcome in ("answered", "portal_guide")
        said = messages(as_answer(reply), SITE)
        assert 1 <= len(said) <= MOST_MESSAGES
        assert all(0 < len(one["text"]) <= LONGEST_TEXT for one in said)
        shown = buttons_of(said[-1])
        assert len(shown) <= MOST_BUTTONS
        assert all(len(str(button["title"])) <= LONGEST_TITLE for button in shown)
        assert f"{SITE}/tra-loi/" in str(said)
