from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.channels.staff_auth import WRONG_PASSWORDS
from bot.procedures.store import connect
from bot.stores import database
from tests.staff_server import PASSWORD, staff_server

SIGNED_IN = ("staff", PASSWORD)
PATHS = [
    "/staff",
    "/staff/",
    "/staff/questions",
    "/staff/ratings.csv",
    "/staff/metrics",
    "/staff/staff.css",
    "/staff/a/b",
]


@contextmanager
def door(folder: Path, loaded_url: str, **settings: str) -> Iterator[httpx.Client]:
    url = f"sqlite:///{folder / 'conversations.db'}"
    engine = connect(url)
    database.migrate(engine)
    engine.dispose()
    environment = {"DATABASE_URL": loaded_url, "CONVERSATION_DATABASE_URL": url, **settings}
    with staff_server(environment) as address, httpx.Client(base_url=address, timeout=10) as client:
        yield client


@pytest.fixture(scope="module")
def by_password(tmp_path_factory: pytest.TempPathFactory, loaded_url: str) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("door")
    # Behind one proxy, so that a test can come from an address of its own.
    with door(folder, loaded_url, STAFF_PASSWORD=PASSWORD, PROXIES="1", PUBLIC_URL="https://motcua.example") as client:
        yield client


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_without_settings_every_path_is_shut_and_says_why(tmp_path: Path, loaded_url: str) -> None:
    with door(tmp_path, loaded_url) as client:
        for path in PATHS:
            refused = client.get(path, auth=("staff", ""), headers={"X-Remote-User": "lan"})
            assert refused.status_code == 403
            assert "STAFF_PASSWORD" in refused.text
            assert "STAFF_HEADER" in refused.text
            assert len(refused.text.splitlines()) == 1
        assert client.post("/staff/conversations", json={}).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_a_password_opens_every_path(by_password: httpx.Client, path: str) -> None:
    refused = by_password.get(path)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert "mật khẩu" in refused.text
    opened = by_password.get(path, auth=SIGNED_IN, follow_redirects=True)
    assert opened.status_code == (404 if path == "/staff/a/b" else 200)


@pytest.mark.parametrize(
    "path", ["/staff", "/staff/questions", "/staff/metrics", "/staff/ratings.csv", "/staff/nowhere"]
)
@pytest.mark.parametrize("auth", [None, SIGNED_IN])
def test_every_response_is_kept_out_of_caches_and_frames(
    by_password: httpx.Client, path: str, auth: tuple[str, str] | None
) -> None:
    headers = by_password.get(path, auth=auth).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("number", "headers"),
    enumerate(
        [
            basic("staff:wrong"),
            basic(f"admin:{PASSWORD}"),
            basic(PASSWORD),
            basic("staff:"),
            {"Authorization": "Basic !!!"},
            {"Authorization": "Basic"},
            {"Authorization": "Bearer " + base64.b64encode(f"staff:{PASSWORD}".encode()).decode()},
            {"X-Remote-User": "lan"},
        ]
    ),
)
def test_nothing_else_opens(by_password: httpx.Client, number: int, headers: dict[str, str]) -> None:
    assert by_password.get("/staff", headers={**headers, "X-Forwarded-For": f"192.0.2.{number}"}).status_code == 401


def test_after_many_wrong_passwords_an_address_waits_and_others_do_not(by_password: httpx.Client) -> None:
    guesser = {"X-Forwarded-For": "203.0.113.9, 2001:db8:0:1::5"}
    neighbour = {"X-Forwarded-For": "203.0.113.9, 2001:db8:0:1::6"}
    for _ in range(WRONG_PASSWORDS):
        assert by_password.get("/staff", auth=("staff", "guess"), headers=guesser).status_code == 401
    waiting = by_password.get("/staff", auth=SIGNED_IN, headers=guesser)
    assert waiting.status_code == 429
    assert 0 < int(waiting.headers["Retry-After"]) <= 60
    assert by_password.get("/staff", auth=SIGNED_IN, headers=neighbour).status_code == 429
    elsewhere = {"X-Forwarded-For": "2001:db8:0:1::5, 203.0.113.9"}
    assert by_password.get("/staff", auth=SIGNED_IN, headers=elsewhere).status_code == 200


def test_asking_without_a_password_is_no_wrong_one(by_password: httpx.Client) -> None:
    address = {"X-Forwarded-For": "203.0.113.77"}
    for _ in range(WRONG_PASSWORDS + 1):
        assert by_password.get("/staff", headers=address).status_code == 401
    assert by_password.get("/staff", auth=SIGNED_IN, headers=address).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://motcua.example"}, 404),
        ({"Origin": "https://motcua.example"}, 404),
        ({"Origin": "SELF"}, 404),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://motcua.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://motcua.example.evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_another_site_cannot_change_anything(by_password: httpx.Client, headers: dict[str, str], status: int) -> None:
    own = {name: str(by_password.base_url).rstrip("/") if value == "SELF" else value for name, value in headers.items()}
    form = {"code": "K7M2-9QXD-4HTP", "answer": "Dạ"}
    assert by_password.post("/staff/questions", data=form, auth=SIGNED_IN, headers=own).status_code == status


def test_the_header_of_a_proxy_signs_in(tmp_path: Path, loaded_url: str) -> None:
    with door(tmp_path, loaded_url, STAFF_HEADER="X-Remote-User") as client:
        assert client.get("/staff", headers={"X-Remote-User": "lan.nguyen"}).status_code == 200
        for headers in ({}, {"X-Remote-User": ""}, basic("staff:")):
            refused = client.get("/staff", headers=headers)
            assert refused.status_code == 403
            assert "WWW-Authenticate" not in refused.headers


def test_header_and_password_can_be_had_together(tmp_path: Path, loaded_url: str) -> None:
    with door(tmp_path, loaded_url, STAFF_HEADER="X-Remote-User", STAFF_PASSWORD=PASSWORD) as client:
        assert client.get("/staff", headers={"X-Remote-User": "lan.nguyen"}).status_code == 200
        assert client.get("/staff", auth=SIGNED_IN).status_code == 200
        assert client.get("/staff").status_code == 401


def test_conversations_are_behind_the_door_too(by_password: httpx.Client) -> None:
    assert by_password.post("/staff/conversations", json={}).status_code == 401
    started = by_password.post("/staff/conversations", json={}, auth=SIGNED_IN)
    assert started.status_code == 201
    path = f"/staff/conversations/{started.json()['conversation']}"
    token = {"Conversation-Token": started.json()["token"]}
    assert by_password.get(path, headers=token).headers["WWW-Authenticate"]
    assert by_password.delete(path, headers=token).headers["WWW-Authenticate"]
