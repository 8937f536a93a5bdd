"""Facebook Messenger, through Rasa's own connector, behind the guards of our other channels."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from fbmessenger import MessengerClient
from fbmessenger.elements import Text
from fbmessenger.quick_replies import QuickReplies, QuickReply
from rasa.core.channels.facebook import FacebookInput, MessengerBot
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, text

from bot.channels.calls import CallFailed, call
from bot.channels.outgoing import messages, reply_to
from bot.channels.turns import Answer, OnNewMessage
from bot.channels.webhook import Delivery, Webhook, conversation_of, same
from bot.metrics import REFUSED

GRAPH_URL = "https://graph.facebook.com/v25.0"
#: Letters of a message, messages of an answer, letters of a quick reply's title, quick replies.
LONGEST_TEXT = 2000
MOST_MESSAGES = 4
LONGEST_TITLE = 20
MOST_QUICK_REPLIES = 11
#: Seconds to connect, and to wait for an answer.
TIME_LIMITS = (3.05, 10.0)
#: Sent at once; a slow platform must not hold up other channels' threads.
MOST_SENDING = 8
#: Graph's numbers for "try again later": unknown, service, too many calls, and a message not delivered for now.
_PASSING = {1, 2, 4, 17, 32, 341, 613, 1200, 80006}

#: Meta's word for what a message brings → the kind of our reply.
_KINDS = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "reel": "video",
    "file": "file",
    "location": "location",
    "fallback": "link",
}

# At level debug it writes addresses, and ours carry the page's token.
logging.getLogger("urllib3").setLevel(logging.INFO)


class GraphSession(requests.Session):
    """HTTP to Graph, bounded in time; an answer that is no success is raised."""

    # The stubs spell out every argument.
    def request(  # type: ignore[override]
        self, method: str, url: str | bytes, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Make a request.

        Raises:
            CallFailed: Graph cannot be reached or refuses.
        """
        kwargs["timeout"] = TIME_LIMITS
        try:
            response = super().request(method, url, *args, **kwargs)
        except requests.RequestException as error:
            # Not chained: the text of the error holds the address with the page's token.
            raise CallFailed(type(error).__name__, passing=True) from None
        if response.ok:
            return response
        number = _error_number(response)
        passing = response.status_code >= 500 or response.status_code == 429 or number in _PASSING
        raise CallFailed(str(number or f"http_{response.status_code}"), passing)


class MessengerInput(FacebookInput):
    """GET and POST /webhooks/messenger/webhook.

    Credentials: ``verify``, ``secret`` and ``page-access-token`` as Rasa has them; ``graph-url`` may
    replace Graph's address.
    """

    @classmethod
    def name(cls) -> str:
        """The name of the channel."""
        return "messenger"

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str] | None) -> MessengerInput:
        """The channel, as credentials.yml describes it."""
        given = credentials or {}
        if not all(given.get(key) for key in ("verify", "secret", "page-access-token")):
            cls.raise_missing_credentials_exception()
        graph_url = given.get("graph-url") or GRAPH_URL
        return cls(given["verify"], given["secret"], given["page-access-token"], graph_url)

    def __init__(self, fb_verify: str, fb_secret: str, fb_access_token: str, graph_url: str = GRAPH_URL) -> None:
        super().__init__(fb_verify, fb_secret, fb_access_token)
        self._graph_url = graph_url
        self._threads = ThreadPoolExecutor(MOST_SENDING, self.name())

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel."""
        bot = self.get_output_channel()

        async def answer(delivery: Delivery) -> None:
            conversation = conversation_of(self.name(), delivery.user, self.fb_secret)
            reply = await reply_to(delivery, on_new_message, conversation, self.name())
            for element in elements(reply):
                if not await self._send(bot, delivery.user, element):
                    return

        async def verify(request: Request) -> HTTPResponse:
            return self._verify(request)

        blueprint = Blueprint("messenger_webhook")
        blueprint.get("/webhook")(verify)
        Webhook(self.name(), self._is_genuine, deliveries, answer).add_to(blueprint)
        return blueprint

    def get_output_channel(self) -> MessengerBot:
        """Rasa's output channel, with calls that are bounded and signed with the app's secret."""
        client = MessengerClient(self.fb_access_token, session=GraphSession(), app_secret=self.fb_secret)
        client.graph_url = self._graph_url.rstrip("/")
        return MessengerBot(client)

    @staticmethod
    def validate_hub_signature(app_secret: str, request_payload: bytes, hub_signature_header: str) -> bool:
        """Whether X-Hub-Signature-256 is the app's; no other kind is accepted."""
        expected = hmac.new(app_secret.encode(), request_payload, hashlib.sha256).hexdigest()
        return same(hub_signature_header, f"sha256={expected}")

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        return self.validate_hub_signature(self.fb_secret, body, request.headers.get("X-Hub-Signature-256") or "")

    def _verify(self, request: Request) -> HTTPResponse:
        """Meta asks once whether this address is ours."""
        if not same(request.args.get("hub.verify_token"), self.fb_verify):
            REFUSED.labels(self.name(), "token").inc()
            return HTTPResponse(status=403)
        return text(request.args.get("hub.challenge") or "", headers={"X-Content-Type-Options": "nosniff"})

    async def _send(self, bot: MessengerBot, user: str, element: Text) -> bool:
        loop = asyncio.get_running_loop()
        return await call(self.name(), "send", lambda: loop.run_in_executor(self._threads, bot.send, user, element))


def deliveries(payload: Mapping[str, Any]) -> Iterator[Delivery]:
    """The messages in what Meta sends; our own echoes, receipts and reactions are none."""
    for entry in payload["entry"]:
        for event in entry.get("messaging", ()):
            message, postback = event.get("message") or {}, event.get("postback") or {}
            if (not message and not postback) or message.get("is_echo"):
                continue
            user = str(event["sender"]["id"])
            pressed = postback or message.get("quick_reply") or {}
            said = pressed.get("payload") or message.get("text")
            # A postback without an id of its own is known by its time.
            key = (message or postback).get("mid") or f"{user} {event['timestamp']}"
            yield Delivery(key, user, said, _kind(message))


def _kind(message: Mapping[str, Any]) -> str:
    """What a message without words brings."""
    attachments = message.get("attachments")
    if not attachments or (attachments[0].get("payload") or {}).get("sticker_id"):
        return "sticker"
    return _KINDS.get(attachments[0]["type"], "sticker")


def elements(answer: Answer) -> list[Text]:
    """An answer as messages for Messenger; the last carries the buttons as quick replies.

    Messenger shows 20 letters of a title, so longer ones are numbered and written out in the text.
    """
    choices = [str(button["title"]) for button in answer.buttons[:MOST_QUICK_REPLIES]]
    titles, added = _short(choices, answer.text)
    texts = messages(answer, LONGEST_TEXT, MOST_MESSAGES, added)
    replies = [QuickReply(title, button["payload"]) for title, button in zip(titles, answer.buttons, strict=False)]
    return [*map(Text, texts[:-1]), Text(texts[-1], QuickReplies(replies))]


def _short(titles: list[str], said: str) -> tuple[list[str], str]:
    """Titles of quick replies, and the numbered lines that explain them where the text does not."""
    if all(len(title) <= LONGEST_TITLE for title in titles):
        return titles, ""
    numbered = [f"{number}. {title}" for number, title in enumerate(titles, 1)]
    lines = said.splitlines()
    return [_cut(line) for line in numbered], "\n".join(line for line in numbered if line not in lines)


def _cut(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def _error_number(response: requests.Response) -> int | None:
    try:
        return int(response.json()["error"]["code"])
    except (ValueError, TypeError, KeyError):
        return None
