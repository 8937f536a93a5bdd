from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sanic import Sanic

from bot.channels import conversation_routes
from bot.channels.portal import PortalInput
from bot.procedures.store import connect
from bot.stores.database import migrate
from bot.stores.feedback import FeedbackStore
from tests.played_rasa import BUTTON, PlayedRasa
from tests.sanic_server import serving

ORIGIN = "https://dichvucong.hungyen.gov.vn"


@dataclass
class Portal:
    http: httpx.Client
    rasa: PlayedRasa
    feedback: FeedbackStore

    def start(self) -> Citizen:
        started = self.http.post("/conversations", json={"office": "12361"})
        assert started.status_code == 201
        return Citizen(self.http, **{key: started.json()[key] for key in ("conversation", "token")})


@dataclass
class Citizen:
    http: httpx.Client
    conversation: str
    token: str

    def request(self, method: str, path: str = "", **options: Any) -> httpx.Response:
        headers = {"Conversation-Token": self.token, **options.pop("headers", {})}
        return self.http.request(method, f"/conversations/{self.conversation}{path}", headers=headers, **options)

    def say(self, text: str, message: str = "message-1", **options: Any) -> httpx.Response:
        return self.request("POST", "/messages", json={"id": message, "text": text}, **options)


@pytest.fixture
def portal(tmp_path: Path, loaded_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    url = f"sqlite:///{tmp_path / 'conversations.db'}"
    for name, value in {
        "DATABASE_URL": loaded_url,
        "CONVERSATION_DATABASE_URL": url,
        "TOKEN_KEY": "k" * 40,
        "ALLOWED_ORIGINS": ORIGIN,
        "PROXIES": "1",
    }.items():
        monkeypatch.setenv(name, value)
    engine = connect(url)
    migrate(engine)
    rasa = PlayedRasa(url)
    app = Sanic(f"portal-{tmp_path.name}", configure_logging=False)
    rasa.behind(app)
    app.blueprint(PortalInput.from_credentials(None).blueprint(rasa), url_prefix="/webhooks/portal")
    with serving(app) as address, httpx.Client(base_url=f"{address}/webhooks/portal", timeout=30) as http:
        yield Portal(http, rasa, FeedbackStore(engine))
    engine.dispose()
    rasa.store.engine.dispose()


def test_a_message_is_answered_and_the_conversation_can_be_read_again(portal: Portal) -> None:
    citizen = portal.start()
    turn = citizen.say("khai tử lệ phí bao nhiêu").json()
    assert turn["question"] == "khai tử lệ phí bao nhiêu"
    assert turn["reply"]["text"] == "Dạ, anh/chị nói: khai tử lệ phí bao nhiêu"
    assert citizen.request("GET").json() == {"conversation": citizen.conversation, "turns": [turn]}


def test_nothing_is_stored_before_the_first_message(portal: Portal) -> None:
    citizen = portal.start()
    assert citizen.request("GET").json()["turns"] == []
    with portal.rasa.store.session_scope() as session:
        assert session.query(portal.rasa.store.SQLEvent).count() == 0


def test_the_same_id_is_never_a_second_question(portal: Portal) -> None:
    citizen = portal.start()
    portal.rasa.delay = 0.3
    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda _: citizen.say("khai tử", "message-1").json(), range(3)))
    assert replies[0] == replies[1] == replies[2]
    assert portal.rasa.asked == ["khai tử"]


def test_a_client_that_went_away_finds_its_answer(portal: Portal) -> None:
    citizen = portal.start()
    portal.rasa.delay = 0.5
    with pytest.raises(httpx.ReadTimeout):
        citizen.say("khai tử", timeout=0.1)
    assert citizen.say("khai tử").json()["reply"]["outcome"] == "answered"
    assert portal.rasa.asked == ["khai tử"]


def test_messages_of_one_conversation_wait_for_each_other(portal: Portal) -> None:
    citizen = portal.start()
    portal.rasa.delay = 0.1
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda number: citizen.say(f"câu {number}", f"message-{number}"), range(3)))
    turns = citizen.request("GET").json()["turns"]
    assert sorted(turn["question"] for turn in turns) == ["câu 0", "câu 1", "câu 2"]
    assert all(turn["reply"]["text"].endswith(turn["question"]) for turn in turns)


def test_a_pressed_button_is_told_by_its_title(portal: Portal) -> None:
    citizen = portal.start()
    citizen.say("khai tử", "message-1")
    assert citizen.say(BUTTON["payload"], "message-2").json()["question"] == BUTTON["title"]


def test_a_command_reaches_rasa_as_plain_words(portal: Portal) -> None:
    portal.start().say("/restart")
    assert portal.rasa.asked == ["restart"]


def test_events_come_as_they_happen(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_routes, "SLOW_AFTER", 0.1)
    monkeypatch.setattr(conversation_routes, "SIGN_OF_LIFE", 0.1)
    citizen = portal.start()
    portal.rasa.delay = 0.5
    answer = citizen.say("khai tử", headers={"Accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert events == ["accepted", "slow", "turn"]
    assert "\n:\n" in answer.text
    data = json.loads(answer.text.split("event: turn\ndata: ")[1])
    assert data == citizen.request("GET").json()["turns"][0]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/messages", {"id": "message-2", "text": "x"}),
        ("POST", "/ratings", {"message": "message-1", "stars": 1}),
        ("POST", "/questions", {"question": "x"}),
    ],
)
def test_nobody_reads_or_writes_anothers_conversation(portal: Portal, method: str, path: str, body: Any) -> None:
    mine, yours = portal.start(), portal.start()
    yours.say("khai tử")
    for token in (mine.token, "", "x.y.z", yours.token[:-2]):
        refused = Citizen(portal.http, yours.conversation, token).request(method, path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (401, "token")
        assert refused.headers["content-type"] == "application/problem+json"
    assert len(yours.request("GET").json()["turns"]) == 1


def test_a_deleted_conversation_is_gone_and_its_stars_lead_nowhere(portal: Portal) -> None:
    citizen = portal.start()
    citizen.say("khai tử")
    citizen.request("POST", "/ratings", json={"message": "message-1", "stars": 2, "comment": "chậm"})
    assert citizen.request("DELETE").status_code == 204
    assert citizen.request("GET").json()["turns"] == []
    with portal.rasa.store.session_scope() as session:
        assert session.query(portal.rasa.store.SQLEvent).count() == 0
    (row,) = portal.feedback.report()
    assert (row.counts, row.comments) == ((0, 1, 0, 0, 0), ())


def test_stars_are_kept_per_procedure_and_office(portal: Portal) -> None:
    citizen = portal.start()
    citizen.say("khai tử")
    for stars in (1, 4):
        rated = citizen.request(
            "POST", "/ratings", json={"message": "message-1", "stars": stars, "comment": "gọi 0912345678"}
        )
        assert rated.status_code == 204
    (row,) = portal.feedback.report()
    assert (row.procedure_code, row.office, row.counts) == ("1.000656", "12361", (0, 0, 0, 1, 0))
    assert row.comments[0].text == "gọi [số điện thoại]"
    missing = citizen.request("POST", "/ratings", json={"message": "message-9", "stars": 5})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_a_question_left_is_answered_by_a_person(portal: Portal) -> None:
    citizen = portal.start()
    citizen.say("khai tử")
    code = citizen.request("POST", "/questions", json={"question": "Bố tôi mất ở Lào thì sao?"}).json()["code"]
    asked = portal.http.get(f"/questions/{code}").json()
    assert (asked["question"], asked["answer"]) == ("Bố tôi mất ở Lào thì sao?", None)
    portal.feedback.answer_question(code, "Mời anh/chị đến xã.")
    told = portal.http.get(f"/questions/{code.lower().replace('-', '')}").json()
    assert told["answer"] == "Mời anh/chị đến xã."
    assert told["answered_at"] >= told["asked_at"]
    unreadable = citizen.request("POST", "/questions", json={"question": "\x00"})
    assert (unreadable.status_code, unreadable.json()["code"]) == (422, "content")
    assert portal.http.get("/questions/AAAA-AAAA-AAAA").json()["code"] == "unknown_question"


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "body"),
        (b"[" * 5000, "application/json", 400, "body"),
        (b'{"id": "message-1", "text": "x"}', "text/plain", 415, "media_type"),
        (b"[]", "application/json", 422, "content"),
        (b'{"id": "message-1"}', "application/json", 422, "content"),
        (b'{"id": "../../etc", "text": "x"}', "application/json", 422, "content"),
        (b'{"id": "message-1", "text": 5}', "application/json", 422, "content"),
        (b'{"id": "message-1", "text": "x", "sender": "y"}', "application/json", 422, "content"),
        (b'{"id": "message-1", "text": "' + b"x" * 17_000 + b'"}', "application/json", 413, "size"),
    ],
    ids=["cut off", "nested", "plain text", "list", "no text", "strange id", "number", "sender", "too long"],
)
def test_a_body_that_is_wrong_is_refused_in_words(
    portal: Portal, content: bytes, kind: str, status: int, code: str
) -> None:
    refused = portal.start().request("POST", "/messages", content=content, headers={"Content-Type": kind})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["title"]
    assert portal.rasa.asked == []


def test_a_huge_body_is_refused_before_it_is_read(portal: Portal) -> None:
    citizen = portal.start()
    try:
        refused = citizen.request("POST", "/messages", content=b"x" * 5_000_000)
        assert refused.status_code == 413
    except (httpx.RemoteProtocolError, httpx.WriteError, httpx.ReadError):
        pass  # the server closed the connection while we were still sending
    assert portal.start().say("còn sống không").status_code == 200


def test_who_asks_too_fast_waits(portal: Portal) -> None:
    citizen = portal.start()
    statuses = [citizen.request("GET") for _ in range(conversation_routes.PER_CONVERSATION + 1)]
    assert [answer.status_code for answer in statuses[:-1]] == [200] * conversation_routes.PER_CONVERSATION
    assert statuses[-1].json()["code"] == "rate"
    assert int(statuses[-1].headers["Retry-After"]) >= 1
    assert portal.start().say("người khác").status_code == 200


def test_an_address_starts_only_so_many_conversations(portal: Portal) -> None:
    def start(address: str) -> int:
        return portal.http.post("/conversations", headers={"X-Forwarded-For": f"1.1.1.1, {address}"}).status_code

    statuses = [start("203.0.113.7") for _ in range(conversation_routes.STARTS_PER_ADDRESS + 1)]
    assert statuses == [201] * conversation_routes.STARTS_PER_ADDRESS + [429]
    assert start("203.0.113.8") == 201


def test_one_conversation_runs_only_so_many_turns_at_once(portal: Portal) -> None:
    citizen = portal.start()
    portal.rasa.delay = 0.3
    most = conversation_routes.TURNS_OF_ONE
    with ThreadPoolExecutor(most + 2) as pool:
        statuses = list(pool.map(lambda n: citizen.say("x", f"message-{n}").status_code, range(most + 2)))
    assert statuses.count(503) >= 1
    assert statuses.count(200) == most


def test_only_pages_of_admitted_origins_may_call(portal: Portal) -> None:
    def preflight(origin: str) -> httpx.Response:
        asks = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "conversation-token",
        }
        return portal.http.options("/conversations", headers=asks)

    admitted = preflight(ORIGIN)
    assert admitted.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Conversation-Token" in admitted.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in admitted.headers
    assert "Access-Control-Allow-Origin" not in preflight("https://evil.example").headers
    read = portal.http.get("/frame", headers={"Origin": ORIGIN})
    assert "Conversation-Token" in read.headers["Access-Control-Expose-Headers"]


def test_the_frame_says_where_citizens_can_turn(portal: Portal) -> None:
    frame = portal.http.get("/frame").json()
    assert frame["province"] == "Hưng Yên"
    assert frame["information_hotline"] == "1022"
    assert frame["opening_hours"]


def test_a_token_half_used_up_comes_back_fresh(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = portal.start()
    assert "Conversation-Token" not in citizen.request("GET").headers
    monkeypatch.setattr("bot.channels.tokens.Grant.is_half_used", True)
    renewed = citizen.request("GET").headers["Conversation-Token"]
    assert Citizen(portal.http, citizen.conversation, renewed).request("GET").status_code == 200
