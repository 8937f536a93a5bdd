"""Telegram, through Rasa's own connector, behind the guards of our other channels."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aiogram.bot.api import TELEGRAM_PRODUCTION, TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.exceptions import NetworkError, RestartingTelegram, RetryAfter, TelegramAPIError
from rasa.core.channels.telegram import TelegramInput as RasaTelegramInput
from rasa.core.channels.telegram import TelegramOutput
from ruamel.yaml import YAML
from sanic import Blueprint
from sanic.request import Request

from bot.channels.calls import CallFailed, call
from bot.channels.outgoing import messages, reply_to
from bot.channels.turns import Answer, OnNewMessage
from bot.channels.webhook import Delivery, Webhook, conversation_of, same
from bot.dialogue.buttons import BUTTON_INTENTS, Button

#: Letters of a message, messages of an answer, bytes of a button's data.
LONGEST_TEXT = 4096
MOST_MESSAGES = 3
LONGEST_DATA = 64
#: Seconds for a call, and between attempts to register the webhook: at first, and at most.
TIME_LIMIT = 10.0
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
#: What Telegram is to send us.
UPDATES = ("message", "edited_message", "callback_query")
#: The part of a message that brings something other than words → the kind of our reply. Without any, it is a notice.
_KINDS = {
    "animation": "gif",
    "audio": "audio",
    "contact": "business_card",
    "dice": "sticker",
    "document": "file",
    "location": "location",
    "photo": "image",
    "poll": "sticker",
    "sticker": "sticker",
    "story": "video",
    "venue": "location",
    "video": "video",
    "video_note": "video",
    "voice": "audio",
}
#: Telegram cannot be reached, fails or restarts; every other error stays if asked again.
_PASSING = (asyncio.TimeoutError, NetworkError, RestartingTelegram, TelegramAPIError)
_COMMANDS = Path(__file__).parent / "telegram.yml"

# At level debug it writes what citizens read, and who they are.
logging.getLogger("aiogram").setLevel(logging.INFO)
logger = logging.getLogger(__name__)


class TelegramInput(RasaTelegramInput):
    """POST /webhooks/telegram/webhook.

    Credentials: ``access_token`` and ``webhook_url`` as Rasa has them; ``api_url`` may replace the
    address of the Bot API. Rasa's ``verify`` is not needed: Telegram proves itself by a secret.
    """

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str] | None) -> TelegramInput:
        """The channel, as credentials.yml describes it."""
        given = credentials or {}
        if not all(given.get(key) for key in ("access_token", "webhook_url")):
            cls.raise_missing_credentials_exception()
        return cls(given["access_token"], given["webhook_url"], given.get("api_url"))

    def __init__(self, access_token: str, webhook_url: str, api_url: str | None = None) -> None:
        super().__init__(access_token, None, webhook_url)
        self._server = TelegramAPIServer.from_base(api_url) if api_url else TELEGRAM_PRODUCTION

    @property
    def secret(self) -> str:
        """What Telegram says in a header to prove itself; it follows from the token, which only it and we know."""
        return hmac.new(self.access_token.encode(), b"webhook", hashlib.sha256).hexdigest()

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel."""
        bot = self.get_output_channel()

        async def answer(delivery: Delivery) -> None:
            conversation = conversation_of(self.name(), delivery.user, self.access_token)
            # The button stops spinning while the answer is worked out.
            reply, _ = await asyncio.gather(
                reply_to(delivery, on_new_message, conversation, self.name()), self._acknowledge(bot, delivery)
            )
            texts = messages(reply, LONGEST_TEXT, MOST_MESSAGES)
            for number, text in enumerate(texts, 1):
                buttons = keyboard(reply) if number == len(texts) else None
                if not await self._send(bot, delivery.user, text, buttons):
                    return

        blueprint = Blueprint("telegram_webhook")
        Webhook(self.name(), self._is_genuine, deliveries, answer).add_to(blueprint)
        self._keep_registered(blueprint, bot)
        return blueprint

    def get_output_channel(self) -> TelegramOutput:
        """Rasa's output channel, with calls that are bounded; unlike Rasa's, this calls nobody."""
        bot = TelegramOutput(self.access_token)
        bot.server = self._server
        bot.timeout = TIME_LIMIT
        return bot

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        return same(request.headers.get(SECRET_HEADER), self.secret)

    async def _acknowledge(self, bot: TelegramOutput, delivery: Delivery) -> None:
        if delivery.press:
            await call(self.name(), "acknowledge", lambda: _attempt(bot.answer_callback_query(delivery.press)))

    async def _send(self, bot: TelegramOutput, user: str, text: str, buttons: InlineKeyboardMarkup | None) -> bool:
        def attempt() -> Awaitable[None]:
            return _attempt(bot.send_message(user, text, disable_web_page_preview=True, reply_markup=buttons))

        return await call(self.name(), "send", attempt)

    def _keep_registered(self, blueprint: Blueprint, bot: TelegramOutput) -> None:
        """Tell Telegram our address when the server runs; a start does not wait for it."""
        registration: asyncio.Task[None] | None = None

        async def start(*_: object) -> None:
            nonlocal registration
            registration = asyncio.create_task(self._register(bot))

        async def stop(*_: object) -> None:
            if registration:
                registration.cancel()
            await bot.session.close()

        blueprint.after_server_start(start)
        blueprint.after_server_stop(stop)

    async def _register(self, bot: TelegramOutput) -> None:
        webhook = {"url": self.webhook_url, "secret_token": self.secret, "allowed_updates": json.dumps(UPDATES)}
        pause = FIRST_PAUSE
        while not await call(self.name(), "register", lambda: _attempt(bot.request("setWebhook", webhook))):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        logger.info("telegram.registered")


def deliveries(update: Mapping[str, Any]) -> Iterator[Delivery]:
    """The message in an update, if it is one of a citizen alone with us: not of a group, no notice."""
    pressed = update.get("callback_query")
    message = (pressed or {}).get("message") or update.get("message") or update.get("edited_message")
    if message is None or message["chat"]["type"] != "private":
        return
    update_id, user = str(update["update_id"]), str(message["chat"]["id"])
    if pressed:
        yield Delivery(update_id, user, expand(pressed["data"]), press=pressed["id"])
        return
    said = message.get("text") or message.get("caption")
    kind = next((kind for part, kind in _KINDS.items() if part in message), None)
    if said:
        yield Delivery(update_id, user, _words(said))
    elif kind:
        # The pictures of an album come one by one; one reply is enough.
        yield Delivery(message.get("media_group_id") or update_id, user, None, kind)


def keyboard(answer: Answer) -> InlineKeyboardMarkup | None:
    """The buttons of an answer, one a row; Telegram would refuse all for one with too much data."""
    fitting = [(str(b["title"]), compact(b["payload"])) for b in answer.buttons]
    rows = [[InlineKeyboardButton(title, callback_data=data)] for title, data in fitting if _fits(data)]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def compact(payload: str) -> str:
    """A button's payload as Telegram keeps it: ``/ask{"aspect": "fee"}`` as ``ask:fee``."""
    intent, brace, entities = payload.removeprefix("/").partition("{")
    return ":".join([intent, *json.loads(brace + entities).values()]) if brace else intent


def expand(data: str) -> str:
    """The payload that ``compact`` made short; what is none of ours comes back as it is."""
    intent, _, value = data.partition(":")
    if intent not in BUTTON_INTENTS:
        return data
    entity = BUTTON_INTENTS[intent]
    return Button.of("", intent, **({entity: value} if entity else {})).payload


def _fits(data: str) -> bool:
    return len(data.encode()) <= LONGEST_DATA


def _words(said: str) -> str:
    """What a citizen wrote, or in words what a command such as "/start" of Telegram's own buttons means."""
    command = said.partition(" ")[0]
    return commands().get(command, said)


@cache
def commands() -> Mapping[str, str]:
    """Telegram's own commands → what they mean in a citizen's words."""
    return dict(YAML(typ="safe").load(_COMMANDS.read_text(encoding="utf-8")))


async def _attempt(request: Awaitable[object]) -> None:
    try:
        await request
    except RetryAfter as error:
        raise CallFailed("RetryAfter", passing=True, pause=error.timeout) from None
    except (TelegramAPIError, asyncio.TimeoutError) as error:
        raise CallFailed(type(error).__name__, passing=type(error) in _PASSING) from None
