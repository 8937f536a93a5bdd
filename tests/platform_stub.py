"""A messenger's server that keeps what it is sent, and fails or dawdles when told to."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

PATIENCE = 8.0
_NUMBERS = itertools.count()


@dataclass
class Reply:
    """What the platform answers to one call, after so many seconds."""

    body: Mapping[str, Any]
    status: int = 200
    after: float = 0.0


@dataclass
class Call:
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass
class Platform:
    usual: Reply
    #: Replies to the next calls, before the usual ones.
    next: deque[Reply] = field(default_factory=deque)
    calls: list[Call] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)

    @property
    def app(self) -> Sanic:
        app = Sanic(f"platform_{next(_NUMBERS)}", configure_logging=False)
        app.add_route(self._answer, "/<path:path>", methods=["GET", "POST"])
        return app

    async def _answer(self, request: Request, path: str) -> HTTPResponse:
        body = request.json if request.content_type == "application/json" else _flat(request.form)
        with self._came:
            self.calls.append(Call(path, _flat(request.args), body))
            self._came.notify_all()
        reply = self.next.popleft() if self.next else self.usual
        await asyncio.sleep(reply.after)
        return json(reply.body, reply.status)

    def wait(self, path: str, number: int = 1) -> list[Call]:
        """The calls to a path, as soon as there are so many."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.at(path)) >= number, PATIENCE), self.calls
        return self.at(path)

    def at(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path.endswith(path)]


def _flat(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: value[0] for name, value in values.items()}


def eventually(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
