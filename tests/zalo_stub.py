"""Zalo's servers, played over real HTTP: tokens that work once, errors by number, what was sent."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx

from bot.settings import Settings

APP_ID = "4271000000000000001"
APP_SECRET = "app-secret"
OA_SECRET = "oa-secret"

#: What the stub does instead of answering, once: a number is Zalo's error, (status, None) an HTTP status.
Failure = Any


@dataclass
class Zalo:
    """The state of the servers, for tests to set up and look at."""

    url: str = ""
    access_tokens: set[str] = field(default_factory=lambda: {"access-0"})
    refresh_tokens: set[str] = field(default_factory=lambda: {"refresh-0"})
    used: list[str] = field(default_factory=list)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    #: One is used up by each call of send; None lets it pass.
    send_failures: list[Failure] = field(default_factory=list)
    refresh_failures: list[Failure] = field(default_factory=list)
    #: Seconds that every refresh takes.
    refresh_takes: float = 0.0
    lifetime: str = "90000"
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def settings(self) -> Settings:
        """Settings of a deployment that uses these servers."""
        return replace(
            Settings.read({}),
            zalo_app_id=APP_ID,
            zalo_app_secret=APP_SECRET,
            zalo_oa_secret=OA_SECRET,
            zalo_api_url=self.url,
            zalo_oauth_url=self.url,
            public_url="https://motcua.example",
        )

    def texts(self) -> list[str]:
        return [message["text"] for _, message in self.sent]

    def wait_for(self, messages: int, seconds: float = 20) -> None:
        """Wait until so many messages were sent."""
        deadline = time.monotonic() + seconds
        while len(self.sent) < messages:
            assert time.monotonic() < deadline, f"{len(self.sent)} of {messages} messages were sent"
            time.sleep(0.01)

    def send(self, access_token: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        failure = self.send_failures.pop(0) if self.send_failures else None
        if failure is not None:
            return _failed(failure)
        if access_token not in self.access_tokens:
            return 200, {"error": -216, "message": "Access token is invalid"}
        message = body["message"]
        buttons = message.get("attachment", {}).get("payload", {}).get("buttons", [])
        if len(message["text"]) > 2000 or len(buttons) > 5 or any(len(button["title"]) > 100 for button in buttons):
            return 200, {"error": -201, "message": "Params is invalid"}
        self.sent.append((body["recipient"]["user_id"], message))
        return 200, {"error": 0, "message": "Success", "data": {"message_id": str(len(self.sent))}}

    def refresh(self, secret: str, form: Mapping[str, str]) -> tuple[int, Any]:
        failure = self.refresh_failures.pop(0) if self.refresh_failures else None
        if failure is not None:
            return _failed(failure)
        if (secret, form.get("app_id"), form.get("grant_type")) != (APP_SECRET, APP_ID, "refresh_token"):
            return 200, {"error": -14002, "error_name": "Invalid app"}
        token = form.get("refresh_token", "")
        with self.lock:
            if token not in self.refresh_tokens:
                return 200, {"error": -14020 if token in self.used else -14014, "error_name": "Invalid refresh token"}
            self.refresh_tokens.remove(token)
            self.used.append(token)
            number = len(self.used)
            self.access_tokens.add(f"access-{number}")
            self.refresh_tokens.add(f"refresh-{number}")
        time.sleep(self.refresh_takes)
        return 200, {
            "access_token": f"access-{number}",
            "refresh_token": f"refresh-{number}",
            "expires_in": self.lifetime,
        }

    def account(self, access_token: str) -> tuple[int, Any]:
        if access_token not in self.access_tokens:
            return 200, {"error": -216, "message": "Access token is invalid"}
        return 200, {"error": 0, "data": {"oa_id": "1", "name": "Trung tâm Hành chính công"}}


def _failed(failure: Failure) -> tuple[int, Any]:
    if isinstance(failure, float):
        time.sleep(failure)
        return 200, {"error": 0}
    if isinstance(failure, tuple):
        return failure
    return 200, {"error": failure, "message": "failed"}


@contextmanager
def zalo_servers() -> Iterator[Zalo]:
    """Zalo's servers on a free port."""
    zalo = Zalo()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/v3.0/oa/message/cs":
                self._answer("send", *zalo.send(self.headers.get("access_token", ""), json.loads(body)))
            elif self.path == "/v4/oa/access_token":
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                self._answer("refresh", *zalo.refresh(self.headers.get("secret_key", ""), form))
            else:
                self._answer("unknown", 404, {})

        def do_GET(self) -> None:
            self._answer("account", *zalo.account(self.headers.get("access_token", "")))

        def _answer(self, call: str, status: int, answer: Any) -> None:
            zalo.calls.append(call)
            content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                pass  # The caller would not wait.

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    zalo.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield zalo
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def event(text: str, msg_id: str, user_id: str = "user-1", **changes: Any) -> dict[str, Any]:
    """A text of a citizen, as Zalo's webhook says it; a change to None leaves a key out."""
    content = {
        "app_id": APP_ID,
        "user_id_by_app": "7",
        "oa_id": "2",
        "event_name": "user_send_text",
        "timestamp": str(int(time.time() * 1000)),
        "sender": {"id": user_id},
        "recipient": {"id": "2"},
        "message": {"text": text, "msg_id": msg_id},
        **changes,
    }
    return {key: value for key, value in content.items() if value is not None}


def signature(body: bytes, timestamp: str, secret: str = OA_SECRET) -> str:
    return "mac=" + hashlib.sha256(APP_ID.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def deliver(channel: str, content: Mapping[str, Any], **headers: str) -> httpx.Response:
    """Bring an event to the webhook, signed as Zalo does unless a header says otherwise."""
    body = json.dumps(content, ensure_ascii=False).encode()
    given = {"X-ZEvent-Signature": signature(body, str(content.get("timestamp"))), **headers}
    encoded = {name: value.encode() for name, value in given.items()}
    return httpx.post(f"{channel}/webhooks/zalo/webhook", content=body, headers=encoded, timeout=20)
