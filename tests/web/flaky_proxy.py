"""A proxy in front of Motcua that misbehaves as told: the network between a phone and the server."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

#: What may befall a message on its way.
CUT = "cut"  # Motcua answers, but the connection breaks before the answer is through
GONE = "gone"  # the connection breaks before Motcua gets it
BUSY = "busy"  # 503 with Retry-After: 1
MANY = "many"  # 429 with Retry-After: 1
FAULT = "fault"  # 500
SLOW = "slow"  # "slow" is said, and the answer waits until `release`
_STATUS = {BUSY: 503, MANY: 429, FAULT: 500}
_OURS = {"transfer-encoding", "connection", "content-length", "content-encoding"}


class FlakyProxy:
    """``troubles`` befall the next messages, one each; ``messages`` are the bodies that came by."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.address = ""
        self.troubles: deque[str] = deque()
        self.messages: list[bytes] = []
        self.release = threading.Event()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 2  # for connections that a browser opens in advance and never uses

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                is_message = self.command == "POST" and self.path.endswith("/messages")
                if is_message:
                    proxy.messages.append(body)
                trouble = proxy.troubles.popleft() if is_message and proxy.troubles else None
                self.close_connection = True
                if trouble in _STATUS:
                    self.send_response(_STATUS[trouble])
                    self.send_header("Retry-After", "1")
                    self.end_headers()
                elif trouble != GONE:
                    self.pass_on(body, trouble)

            def pass_on(self, body: bytes, trouble: str | None) -> None:
                headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", *_OURS)}
                answer = httpx.request(
                    self.command, proxy.upstream + self.path, content=body, headers=headers, timeout=60
                )
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name.lower() not in _OURS:
                        self.send_header(name, value)
                self.end_headers()
                if trouble == SLOW:
                    self.wfile.write(b"event: accepted\ndata: {}\n\nevent: slow\ndata: {}\n\n")
                    self.wfile.flush()
                    proxy.release.wait(20)
                self.wfile.write(answer.content[:40] if trouble == CUT else answer.content)

        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            setattr(Handler, f"do_{method}", Handler.handle_any)
        return Handler


@contextmanager
def serving(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve a handler on a free port; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        # Who is still being served at the end is waited for, so that nothing is left open.
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
