"""The national portal's API, played over real HTTP: its list in pages, its details, and the ways in which it fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.records.portal_api import DETAILS_PATH, LIST_PATH, PortalApi
from tests.records.made_up import details, entry, formality_id

#: The firewall takes a user agent shorter than this for a robot that hides.
SHORTEST_AGENT = 40
FIREWALL_PAGE = "<html><body>Vịt canh cổng</body></html>"

#: What the stub does instead of answering: a status, or one of these words.
Fault = Any
CUT = "cut"  # half of the JSON, in a whole answer
BREAK = "break"  # half of the bytes that the header promises
FIREWALL = "firewall"
GATEWAY = "gateway"  # a proxy's own page: nobody behind it answers
NO_JSON = "no json"
NO_DATA = "no data"
NO_RECORD = "no record"


@dataclass
class Portal:
    """The state of the portal, for tests to set up and look at."""

    url: str = ""
    #: Code → list entry, in the order of the list.
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Code → data of the record; a code of the list without one answers 404.
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: One is used up by each request; None lets it pass.
    list_faults: list[Fault] = field(default_factory=list)
    details_faults: list[Fault] = field(default_factory=list)
    #: What every request for the details of a code meets.
    broken: dict[str, Fault] = field(default_factory=dict)
    #: After so many entries the list says that there are no more, whatever its total says.
    ends_after: int | None = None
    #: What every page of the list says is the whole; the truth if not given.
    total: int | None = None
    #: Requests served, in order: "list" or the code asked for.
    calls: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def publish(self, *codes: str, **changes: Any) -> None:
        """Put procedures on the list, with details."""
        for code in codes:
            self.entries[code] = entry(code)
            self.records[code] = details(code, **changes)

    def change(self, code: str, listed: Mapping[str, Any] | None = None, **changes: Any) -> None:
        """Publish a later version: of the details, and of the entry if that is given."""
        self.records[code] = details(code, **changes)
        self.entries[code] = entry(code, **(listed or {}))

    def withdraw(self, code: str) -> None:
        del self.entries[code]

    def asked(self) -> list[str]:
        """The codes whose details were asked for since the last time, in order."""
        codes = [call for call in self.calls if call != "list"]
        self.calls.clear()
        return codes

    def api(self, **settings: Any) -> PortalApi:
        """A client that does not dawdle."""
        return PortalApi(self.url, **{"rate": 10_000.0, "pause": 0.001, **settings})

    def list_page(self, body: Mapping[str, Any]) -> dict[str, Any]:
        codes = list(self.entries)[: self.ends_after]
        start = codes.index(body["lastId"]) + 1 if body["lastId"] else 0
        page = codes[start : start + body["limit"]]
        last_id = page[-1] if page else ""
        total = len(self.entries) if self.total is None else self.total
        return {"items": [self.entries[code] for code in page], "lastId": last_id, "total": total}

    def details_of(self, asked_id: str) -> dict[str, Any] | None:
        return next((record for code, record in self.records.items() if formality_id(code) == asked_id), None)

    def fault(self, call: str, agent: str) -> Fault:
        self.calls.append(call)
        self.agents.add(agent)
        if len(agent) < SHORTEST_AGENT:
            return FIREWALL
        faults = self.list_faults if call == "list" else self.details_faults
        return faults.pop(0) if faults else self.broken.get(call)


@contextmanager
def portal_server() -> Iterator[Portal]:
    """The portal on a free port."""
    portal = Portal()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            answers: dict[str, Callable[[], Any]] = {
                LIST_PATH: lambda: portal.list_page(body),
                DETAILS_PATH: lambda: portal.details_of(body["id"]),
            }
            call = "list" if self.path == LIST_PATH else str(body.get("id", "")).removeprefix("id-")
            fault = portal.fault(call, self.headers.get("user-agent", ""))
            data = answers[self.path]() if self.path in answers else None
            if isinstance(fault, int):
                self._answer(fault, json.dumps({"code": fault, "data": None}))
            elif fault == FIREWALL:
                self._answer(200, FIREWALL_PAGE, "text/html; charset=utf-8")
            elif fault == GATEWAY:
                self._answer(502, "<html><body>502</body></html>", "text/html")
            elif fault == NO_JSON:
                self._answer(201, "vịt")
            elif fault in (NO_DATA, NO_RECORD):
                self._answer(201, json.dumps({"code": 201} if fault == NO_DATA else {"code": 201, "data": ["vịt"]}))
            elif data is None:
                self._answer(404, json.dumps({"code": 404, "data": None}))
            else:
                text = json.dumps({"code": 201, "data": data, "message": "OK"}, ensure_ascii=False)
                self._answer(201, text[: len(text) // 2] if fault == CUT else text, breaks=fault == BREAK)

        def _answer(self, status: int, text: str, kind: str = "application/json", breaks: bool = False) -> None:
            content = text.encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if breaks else content)
                self.close_connection = self.close_connection or breaks
            except ConnectionError:
                pass  # The caller would not wait.

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    portal.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
