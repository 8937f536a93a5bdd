"""A messenger's webhook: bounded, proven genuine, each message taken once, acknowledged before it is answered.

Platforms repeat what is not acknowledged within seconds, so the answer is worked out in a task of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.limits import RateLimit, TooMuch
from bot.metrics import REFUSED

logger = logging.getLogger(__name__)

#: Bytes of one request; platforms put several messages into one.
MOST_BYTES = 256 * 1024
#: Messages being answered at once; beyond, the platform is asked to come again later.
MOST_AT_ONCE = 100
#: Messages a minute from one citizen; who sends more is a program, and gets no answer to the rest.
MOST_PER_MINUTE = 30
#: Seconds for which a message is known to have been taken, and how many are known at once.
REMEMBERED_FOR = 3600.0
MOST_REMEMBERED = 20_000
#: Seconds that a stopping server waits for answers under way.
GRACE = 10.0


@dataclass(frozen=True)
class Delivery:
    """One message of a citizen, as a platform brings it.

    ``id`` and ``user`` are the platform's; ``text`` is what was typed or pressed, None if it was
    something else, of the ``kind`` that the kind replies have; ``press`` is what the platform wants
    acknowledged when a button was pressed.
    """

    id: str
    user: str
    text: str | None
    kind: str = "sticker"
    press: str | None = None


class Webhook:
    """Receives the requests of one platform.

    Args:
        channel: The name of the channel, for logs and metrics.
        is_genuine: Whether a request with this body comes from the platform.
        read: The messages in a request's JSON; whatever it raises is taken as a form we do not know.
        answer: Answers one message; called once for each, in order for each citizen.
    """

    def __init__(
        self,
        channel: str,
        is_genuine: Callable[[Request, bytes], bool],
        read: Callable[[Any], Iterable[Delivery]],
        answer: Callable[[Delivery], Awaitable[None]],
    ) -> None:
        self._channel = channel
        self._is_genuine = is_genuine
        self._read = read
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._taken: dict[str, float] = {}
        self._rate = RateLimit(MOST_PER_MINUTE)

    def add_to(self, blueprint: Blueprint) -> None:
        """Serve POST /webhook."""

        async def receive(request: Request) -> HTTPResponse:
            return await self._receive(request)

        blueprint.post("/webhook", stream=True)(receive)
        blueprint.before_server_stop(self._finish)

    async def _receive(self, request: Request) -> HTTPResponse:
        if len(self._tasks) >= MOST_AT_ONCE:
            return self._refuse("busy", 503)
        body = await _body(request)
        if body is None:
            return self._refuse("size", 413)
        if not self._is_genuine(request, body):
            return self._refuse("signature", 401)
        for delivery in self._deliveries(body):
            if not self._is_taken(delivery.id):
                self._start(delivery)
        return HTTPResponse(status=200)

    def _refuse(self, reason: str, status: int) -> HTTPResponse:
        REFUSED.labels(self._channel, reason).inc()
        return HTTPResponse(status=status)

    def _deliveries(self, body: bytes) -> list[Delivery]:
        """The messages in a genuine body; in one of unknown form none, since repeating it would not help."""
        try:
            return list(self._read(json.loads(body)))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            logger.warning("%s.unknown_form error=%s", self._channel, type(error).__name__)
            REFUSED.labels(self._channel, "content").inc()
            return []

    def _is_taken(self, message: str) -> bool:
        """Whether this message came before; from now on it did."""
        now = time.monotonic()
        while self._taken:
            oldest = next(iter(self._taken))
            if len(self._taken) < MOST_REMEMBERED and now - self._taken[oldest] < REMEMBERED_FOR:
                break
            del self._taken[oldest]
        if message in self._taken:
            REFUSED.labels(self._channel, "repeat").inc()
            return True
        self._taken[message] = now
        return False

    def _start(self, delivery: Delivery) -> None:
        try:
            self._rate.spend(delivery.user)
        except TooMuch:
            REFUSED.labels(self._channel, "rate").inc()
            return
        turn = self._turns.setdefault(delivery.user, asyncio.Lock())
        task = asyncio.create_task(self._answer_in_turn(delivery, turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_in_turn(self, delivery: Delivery, turn: asyncio.Lock) -> None:
        async with turn:
            try:
                await self._answer(delivery)
            except Exception:
                logger.exception("%s.answer_failed", self._channel)

    async def _finish(self, *_: object) -> None:
        """Let answers under way end before the server does."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
            for task in self._tasks:
                task.cancel()


def same(given: str | None, expected: str) -> bool:
    """Whether a secret is the expected one, in a time that tells nothing about it."""
    return hmac.compare_digest((given or "").encode(errors="surrogateescape"), expected.encode())


def conversation_of(channel: str, user: str, secret: str) -> str:
    """The id of a citizen's conversation, which does not tell who they are to the platform."""
    return hmac.new(secret.encode(), f"{channel}:{user}".encode(), hashlib.sha256).hexdigest()


async def _body(request: Request) -> bytes | None:
    """The body, or None if it is too large; no more than that is held."""
    body = b""
    async for chunk in request.stream:
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return body
