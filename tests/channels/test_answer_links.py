from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.channels.answer_links import answer_path, read_query
from bot.dialogue.respond import Responder
from bot.dialogue.turn import Conversation, Message
from bot.procedures.catalogue import Snapshot
from bot.settings import Settings

ANSWERED = {"outcome": "answered", "procedures": [{"code": "1.001193"}], "aspects": ["documents", "fee"]}


def test_an_answer_about_one_procedure_has_a_path() -> None:
    assert answer_path(ANSWERED) == "/tra-loi/1.001193?aspects=documents,fee"
    case = {"place": "abroad", "late": "yes"}
    assert answer_path({**ANSWERED, "case": case}) == (
        "/tra-loi/1.001193?aspects=documents,fee&case=place:abroad,late:yes"
    )


def test_a_guide_has_a_path() -> None:
    assert answer_path({"outcome": "portal_guide", "topic": "track_dossier"}) == "/tra-loi/huong-dan/track_dossier"


@pytest.mark.parametrize(
    "custom",
    [
        {},
        {"outcome": "clarify", "procedures": [{"code": "1"}, {"code": "2"}]},
        {"outcome": "case_question", "procedures": [{"code": "1.001193"}]},
        {"outcome": "answered", "procedures": []},
        {"outcome": "portal_guide"},
    ],
)
def test_other_replies_have_none(custom: dict[str, object]) -> None:
    assert answer_path(custom) is None


def test_values_cannot_break_out_of_their_place() -> None:
    path = answer_path({**ANSWERED, "procedures": [{"code": "a/../b?c#d"}], "case": {"x&y=1": "z"}})
    assert path is not None
    parts = urlsplit(path)
    assert unquote(parts.path) == "/tra-loi/a/../b?c#d"
    assert parts.path.count("/") == 2
    assert parse_qs(parts.query).keys() == {"aspects", "case"}


def test_what_is_written_is_read_back() -> None:
    path = answer_path({**ANSWERED, "case": {"place": "abroad", "late": "yes"}})
    query = parse_qs(urlsplit(path or "").query)
    assert read_query(query["aspects"][0], query["case"][0]) == (
        ("documents", "fee"),
        {"place": "abroad", "late": "yes"},
    )


@pytest.mark.parametrize(
    ("aspects", "case"),
    [(None, None), ("", ""), ("price,<script>", "a"), (",,", ":,::,a:b:c,A:b,a:<i>"), ("fees", "x" * 99 + ":y")],
)
def test_what_is_not_ours_is_left_out(aspects: str | None, case: str | None) -> None:
    assert read_query(aspects, case) == ((), {})


def test_aspects_are_in_the_order_of_answers() -> None:
    assert read_query("fee,documents,fee", None)[0] == ("documents", "fee")


def test_what_the_assistant_answers_can_be_linked(snapshot: Snapshot, settings: Settings) -> None:
    responder = Responder(snapshot, settings, lambda _content: "a-slip")
    asked = Message("đăng ký khai sinh", "choose", aspects=("fee",), entities={"procedure": "1.001193"})
    reply = responder.respond(asked, Conversation(aspects=("fee",)))
    assert answer_path(reply.custom) == "/tra-loi/1.001193?aspects=fee"
    guide = responder.respond(Message("", "portal_guide", entities={"topic": "track_dossier"}), Conversation())
    assert answer_path(guide.custom) == "/tra-loi/huong-dan/track_dossier"


def test_every_case_of_the_data_can_be_linked(snapshot: Snapshot) -> None:
    for procedure in snapshot.procedures.values():
        for answer in procedure.case_answers:
            written = f"{answer.question}:{answer.key}"
            assert read_query(None, written)[1] == {answer.question: answer.key}
