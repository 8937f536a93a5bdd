"""Motcua as a Zalo Official Account: events come in by webhook, answers go out by Zalo's API."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.guard import admit
from bot.channels.limits import RateLimit, TooMuch
from bot.channels.turns import OnNewMessage, take_turn
from bot.channels.webhook import MOST_PER_MINUTE, conversation_of, same
from bot.channels.zalo_client import AccessTokens, Sender, ZaloApi, missing_settings
from bot.channels.zalo_queue import Queue
from bot.channels.zalo_reply import Message, has_kind_reply, kind_reply, messages
from bot.language.privacy import mask
from bot.metrics import REFUSED
from bot.procedures.store import connect
from bot.settings import SettingError, Settings
from bot.stores.zalo import JOURNAL, Event, Inbox, TokenStore, now

logger = logging.getLogger(__name__)

NAME = "zalo"
#: Bytes of a webhook's body; Zalo's events have about one thousand.
LARGEST_BODY = 64 * 1024
#: How far Zalo's time of an event may be from ours.
REPLAY_WINDOW = timedelta(minutes=5)
_LONGEST_ID = 64  # as long as the columns
_EPOCH = datetime(1970, 1, 1)


class RefusedEvent(Exception):
    """A request that does not come from Zalo as it should; ``reason`` is for the metrics only."""

    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class ZaloInput(InputChannel):
    """POST /webhooks/zalo/webhook, called by Zalo for every event of the account.

    Args:
        settings: Which app and account.
        engine: The migrated conversation database.
        journal: The folder for new tokens until the database has them.
    """

    def __init__(self, settings: Settings, engine: Engine, journal: Path = JOURNAL) -> None:
        self._settings = settings
        self._inbox = Inbox(engine)
        self._tokens = TokenStore(engine, journal)
        # A thread of its own: an acknowledgement waits for no other work.
        self._receiving = ThreadPoolExecutor(1, "zalo-receiving")
        self._rate = RateLimit(MOST_PER_MINUTE)

    @classmethod
    def name(cls) -> str:
        """The name in paths, metrics and conversations."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> ZaloInput:
        """The channel as the settings have it; credentials.yml only names it.

        Raises:
            SettingError: A setting is missing.
        """
        settings = Settings.read()
        missing = missing_settings(settings)
        if missing:
            raise SettingError(f"The Zalo channel needs {', '.join(missing)}: docs/zalo.md says where to find them.")
        return cls(settings, connect(settings.conversation_database_url))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel."""
        webhook = Blueprint("zalo_webhook")
        api = ZaloApi(self._settings)
        tokens = AccessTokens(self._tokens, api)

        async def reply(event: Event) -> list[Message]:
            return await self._reply(event, on_new_message)

        queue = Queue(self._inbox, reply, Sender(api, tokens), tidy=tokens.refresh_ahead)

        async def start(*_: object) -> None:
            queue.start()

        async def stop(*_: object) -> None:
            await queue.stop()
            await tokens.finish()
            await api.aclose()
            self._receiving.shutdown(wait=False)

        async def receive(request: Request) -> HTTPResponse:
            return await self._receive(request, queue)

        webhook.after_server_start(start)
        webhook.before_server_stop(stop)
        webhook.post("/webhook", stream=True)(receive)
        return webhook

    async def _receive(self, request: Request, queue: Queue) -> HTTPResponse:
        """Acknowledge an event once it is safe in the inbox; the work comes after."""
        try:
            event = read_event(await _body(request), request.headers.get("x-zevent-signature"), self._settings)
        except RefusedEvent as refused:
            REFUSED.labels(NAME, refused.reason).inc()
            return HTTPResponse(status=refused.status)
        if event is None:
            return HTTPResponse(status=200)
        try:
            self._rate.spend(event.user_id)
        except TooMuch as refused:
            REFUSED.labels(NAME, refused.reason).inc()
            return HTTPResponse(status=200)
        try:
            is_new = await asyncio.get_running_loop().run_in_executor(self._receiving, self._inbox.add, event)
        except SQLAlchemyError as error:
            # Zalo brings again what is not acknowledged. Only the kind: PostgreSQL's errors quote values.
            logger.error("zalo.inbox_failed error=%s", type(error).__name__)
            REFUSED.labels(NAME, "inbox").inc()
            return HTTPResponse(status=503)
        if is_new:
            queue.wake(event.user_id)
        else:
            REFUSED.labels(NAME, "repeat").inc()
        return HTTPResponse(status=200)

    async def _reply(self, event: Event, on_new_message: OnNewMessage) -> list[Message]:
        if not event.text:
            # An album comes as one event for each picture; one reply is enough.
            is_followed = await asyncio.to_thread(self._inbox.is_followed_by_another, event)
            return [] if is_followed else kind_reply(event.event_name)
        conversation = conversation_of(NAME, event.user_id, self._settings.zalo_oa_secret)
        answer = await take_turn(on_new_message, event.text, conversation, NAME, event.msg_id)
        return messages(answer, self._settings.public_url)


async def _body(request: Request) -> bytes:
    """The body; no more than is allowed is read."""
    body = b""
    async for chunk in request.stream:
        body += chunk
        if len(body) > LARGEST_BODY:
            raise RefusedEvent("size", 413)
    return body


def read_event(body: bytes, signature: str | None, settings: Settings) -> Event | None:
    """The event in a webhook's body, or None if it calls for no reply.

    Raises:
        RefusedEvent: It is not from Zalo, not for us, or not of now.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedEvent("signature") from None
    if not isinstance(content, dict) or str(content.get("app_id")) != settings.zalo_app_id:
        raise RefusedEvent("signature")
    timestamp = str(content.get("timestamp"))
    signed = settings.zalo_app_id.encode() + body + timestamp.encode() + settings.zalo_oa_secret.encode()
    if not same(signature, f"mac={hashlib.sha256(signed).hexdigest()}"):
        raise RefusedEvent("signature")
    return _event(content, _time(timestamp), settings)


def _time(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise RefusedEvent("replay")
    time = _EPOCH + timedelta(milliseconds=int(timestamp))
    if abs(time - now()) > REPLAY_WINDOW:
        raise RefusedEvent("replay")
    return time


def _event(content: Mapping[str, Any], sent_at: datetime, settings: Settings) -> Event | None:
    """The event of a citizen, its text masked; None for what Zalo tells us beside."""
    name = content.get("event_name")
    message = _mapping(content.get("message"))
    user_id = _id(_mapping(content.get("sender")).get("id")) or _id(_mapping(content.get("follower")).get("id"))
    says = _says(name, message.get("text"))
    if not isinstance(name, str) or user_id is None or not (says or has_kind_reply(name)):
        return None
    # Of events without an id, such as "follow", user and time make one that does not tell who it was.
    derived = conversation_of(name, f"{user_id} {sent_at.isoformat()}", settings.zalo_oa_secret)
    return Event(
        msg_id=_id(message.get("msg_id")) or derived,
        user_id=user_id,
        event_name=name,
        text=mask(admit(message.get("text"))) if says else "",
        sent_at=sent_at,
    )


def _says(name: object, text: object) -> bool:
    """Whether an event says something in words; a text with a link in it comes as a link."""
    if name == "user_send_link":
        return isinstance(text, str) and any("://" not in word for word in text.split())
    return name == "user_send_text"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isascii() else None
