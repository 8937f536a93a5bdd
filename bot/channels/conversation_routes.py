"""The routes of a conversation over HTTP, for the portal's page and for the staff's; openapi.yml describes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from typing import Any, Optional

import jsonschema
from rasa.core.tracker_store import TrackerStore
from ruamel.yaml import YAML
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.address import client_address
from bot.channels.conversations import Conversations
from bot.channels.frame import Frame
from bot.channels.http import TOKEN_HEADER, Problem, answer_problems, as_problem, json_response
from bot.channels.limits import Concurrency, RateLimit
from bot.channels.tokens import Grant, Tokens, token_key
from bot.channels.turns import OnNewMessage
from bot.procedures.store import connect
from bot.settings import Settings
from bot.stores.feedback import LeftQuestion

OPENAPI = Path(__file__).parent / "openapi.yml"
#: Bytes of a body: 2,000 characters of Vietnamese in JSON's longest spelling, and some more.
LARGEST_BODY = 16 * 1024
#: Requests a minute. Many citizens share one address of a mobile network.
PER_CONVERSATION = 40
PER_ADDRESS = 400
STARTS_PER_ADDRESS = 60
LOOKUPS_PER_ADDRESS = 12
#: Turns at once, of one conversation and in all.
TURNS_OF_ONE = 4
TURNS_TOGETHER = 64
#: Seconds until the citizen is told that it takes longer, and between signs of life after that.
SLOW_AFTER = 4.0
SIGN_OF_LIFE = 10.0
EVENT_STREAM = "text/event-stream"

Handler = Callable[..., Awaitable[Optional[HTTPResponse]]]


class ConversationRoutes:
    """Adds the routes of conversations to a channel's blueprint.

    Args:
        channel: The channel's name: Rasa keeps it with each message.
        on_new_message: Rasa's handler.
        settings: The settings of the deployment.
    """

    def __init__(self, channel: str, on_new_message: OnNewMessage, settings: Settings) -> None:
        self._channel = channel
        self._settings = settings
        self._tokens = Tokens(token_key(settings))
        self._app: Sanic | None = None
        self._engine = connect(settings.conversation_database_url)
        self._conversations = Conversations(channel, on_new_message, self._tracker_store, self._engine, settings)
        self._frame = Frame(settings)
        self._per_conversation = RateLimit(PER_CONVERSATION)
        self._per_address = RateLimit(PER_ADDRESS)
        self._starts = RateLimit(STARTS_PER_ADDRESS)
        self._lookups = RateLimit(LOOKUPS_PER_ADDRESS)
        self._turns = Concurrency(TURNS_OF_ONE, TURNS_TOGETHER)

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the routes to a blueprint, below its prefix."""
        one = "/conversations/<conversation:str>"
        routes: list[tuple[str, str, Handler]] = [
            ("POST", "/conversations", self.start),
            ("GET", one, self.read),
            ("DELETE", one, self.delete),
            ("POST", f"{one}/messages", self.send),
            ("POST", f"{one}/ratings", self.rate),
            ("POST", f"{one}/questions", self.leave_question),
            ("GET", "/questions/<code:str>", self.read_question),
            ("GET", "/frame", self.frame),
        ]
        for method, path, handler in routes:
            blueprint.add_route(_as_function(handler), path, methods=[method])
        blueprint.listener("before_server_start")(self._remember_app)
        blueprint.listener("after_server_stop")(self._close)
        answer_problems(blueprint, self._channel)

    async def start(self, request: Request) -> HTTPResponse:
        """Start a conversation; nothing is stored."""
        self._starts.spend(self._address(request))
        body = read_body(request, "Start") if request.body else {}
        grant = self._tokens.start(body.get("office"))
        started = {
            "conversation": grant.conversation,
            "token": self._tokens.sign(grant),
            "expires_at": grant.expires_at.isoformat(),
        }
        return json_response(started, 201)

    async def read(self, request: Request, conversation: str) -> HTTPResponse:
        """The turns so far."""
        grant = self._admit(request, conversation)
        turns = await self._conversations.history(conversation)
        return json_response({"conversation": conversation, "turns": turns}, headers=self._renewed(grant))

    async def delete(self, request: Request, conversation: str) -> HTTPResponse:
        """Delete the conversation."""
        self._admit(request, conversation)
        await self._conversations.delete(conversation)
        return HTTPResponse(status=204)

    async def send(self, request: Request, conversation: str) -> HTTPResponse | None:
        """Answer a message, as JSON or as server-sent events."""
        grant = self._admit(request, conversation)
        body = read_body(request, "Message")
        with self._turns.slot(conversation):
            task = self._conversations.take_turn(conversation, body["id"], body["text"])
            if EVENT_STREAM in (request.headers.get("accept") or ""):
                await _stream(request, task, self._renewed(grant))
                return None
            # A client that goes away does not stop the turn: it will ask again with the same id.
            return json_response(await asyncio.shield(task), headers=self._renewed(grant))

    async def rate(self, request: Request, conversation: str) -> HTTPResponse:
        """Keep the stars of a turn."""
        grant = self._admit(request, conversation)
        body = read_body(request, "Rating")
        comment = body.get("comment", "")
        if not await self._conversations.rate(conversation, body["message"], body["stars"], comment, grant.office):
            raise Problem("not_found")
        return HTTPResponse(status=204, headers=self._renewed(grant))

    async def leave_question(self, request: Request, conversation: str) -> HTTPResponse:
        """Keep a question for a person."""
        grant = self._admit(request, conversation)
        body = read_body(request, "Question")
        try:
            code = await self._conversations.leave_question(conversation, body["question"], grant.office)
        except ValueError:  # nothing but signs that cannot be read
            raise Problem("content") from None
        return json_response({"code": code}, 201, self._renewed(grant))

    async def read_question(self, request: Request, code: str) -> HTTPResponse:
        """A question left, with its answer."""
        self._lookups.spend(self._address(request))
        question = await asyncio.to_thread(self._conversations.feedback.question, code)
        if question is None:
            raise Problem("unknown_question")
        return json_response(_question(question))

    async def frame(self, request: Request) -> HTTPResponse:
        """What the page's frame shows of this deployment."""
        self._per_address.spend(self._address(request))
        frame = await asyncio.to_thread(self._frame.read)
        return json_response(frame, headers={"Cache-Control": "public, max-age=300"})

    def _admit(self, request: Request, conversation: str) -> Grant:
        self._per_address.spend(self._address(request))
        grant = self._tokens.read(request.headers.get(TOKEN_HEADER) or "", conversation)
        self._per_conversation.spend(conversation)
        return grant

    def _renewed(self, grant: Grant) -> dict[str, str]:
        return {TOKEN_HEADER: self._tokens.sign(self._tokens.renew(grant))} if grant.is_half_used else {}

    def _address(self, request: Request) -> str:
        return client_address(request, self._settings.proxies)

    def _tracker_store(self) -> TrackerStore:
        assert self._app is not None, "the server has not started"
        return self._app.ctx.agent.tracker_store

    async def _close(self, _app: Sanic, _loop: object) -> None:
        self._engine.dispose()
        self._frame.close()

    async def _remember_app(self, app: Sanic, _loop: object) -> None:
        self._app = app


def _as_function(handler: Handler) -> Handler:
    # Sanic writes the blueprint's name on a handler, which a method does not let it.
    @wraps(handler)
    async def route(request: Request, **path: str) -> HTTPResponse | None:
        return await handler(request, **path)

    return route


def read_body(request: Request, schema: str) -> dict[str, Any]:
    """The JSON body of a request, checked against a schema of openapi.yml.

    Raises:
        Problem: The body is too large, no JSON, or not as the schema has it.
    """
    if len(request.body) > LARGEST_BODY:
        raise Problem("size")
    if (request.headers.get("content-type") or "").partition(";")[0].strip().lower() != "application/json":
        raise Problem("media_type")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Problem("body") from None
    if not _validator(schema).is_valid(body):
        raise Problem("content")
    return dict(body)


async def _stream(request: Request, task: asyncio.Task[dict[str, Any]], headers: Mapping[str, str]) -> None:
    response = await request.respond(
        content_type=f"{EVENT_STREAM}; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers},
    )
    await response.send(_event("accepted", {}))
    if not await _finished(task, SLOW_AFTER):
        await response.send(_event("slow", {}))
        while not await _finished(task, SIGN_OF_LIFE):
            await response.send(":\n\n")
    error = task.exception()
    if error is None:
        await response.send(_event("turn", task.result()))
    else:
        await response.send(_event("problem", as_problem(error).body))
    await response.eof()


async def _finished(task: asyncio.Task[Any], seconds: float) -> bool:
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done)


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _question(question: LeftQuestion) -> dict[str, Any]:
    answered_at = question.answered_at
    return {
        "question": question.question,
        "asked_at": question.asked_at.isoformat(),
        "answer": question.answer,
        "answered_at": answered_at.isoformat() if answered_at else None,
    }


@cache
def openapi() -> dict[str, Any]:
    """The description of the portal channel."""
    return dict(YAML(typ="safe").load(OPENAPI.read_text(encoding="utf-8")))


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": openapi()["components"]}
    )
