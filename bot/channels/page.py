"""The channel of the page at "/": the chat, a form for browsers without scripts, and single answers to print."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import date
from typing import Any

from rasa.core.channels.channel import InputChannel
from rasa.core.tracker_store import TrackerStore
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.address import client_address
from bot.channels.answer_links import ANSWERS, GUIDES, read_query
from bot.channels.conversations import Conversations
from bot.channels.html import PUBLIC, compressed, html
from bot.channels.http import SECURITY_HEADERS, ChannelBlueprint, Problem, as_problem, limit_bodies
from bot.channels.limits import RateLimit, TooMuch
from bot.channels.notices import NoticePages
from bot.channels.press import Press
from bot.channels.slips import SlipPages
from bot.channels.tokens import Grant, Refused, Tokens, token_key
from bot.channels.turns import OnNewMessage
from bot.metrics import REFUSED
from bot.procedures.outline import outline
from bot.procedures.render import Renderer
from bot.procedures.store import Store, connect
from bot.settings import Settings
from bot.web.assets import Asset, assets
from bot.web.pages import render_answer, render_embed, render_page, render_problem

#: Bytes of a form: 2,000 characters, percent-encoded, and the token.
LARGEST_FORM = 32 * 1024
#: Requests a minute from one address, which many citizens may share.
PAGES_PER_ADDRESS = 300
FORMS_PER_ADDRESS = 60
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FOR_GOOD = "public, max-age=31536000, immutable"


class PageInput(InputChannel):
    """Pages on Motcua's own site; the script talks to the portal channel, the form to this one."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "page"

    def url_prefix(self) -> str:
        """The site's root rather than /webhooks/page."""
        return "/"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> PageInput:
        """The channel; what it needs comes from the settings."""
        return cls()

    def blueprint(self, on_new_message: OnNewMessage) -> ChannelBlueprint:
        """The routes of the pages."""
        settings = Settings.read()
        blueprint = ChannelBlueprint("page")
        form = Form(on_new_message, settings)
        answers = Answers(settings)
        press = Press()
        slips, notices = SlipPages(settings, press), NoticePages(settings, press)
        pages = RateLimit(PAGES_PER_ADDRESS)

        def prepare(app: Sanic) -> None:
            limit_bodies(app)
            # Rasa greets at "/"; here stands the page.
            app.router.static_routes.pop(("",), None)

        blueprint.ctx.prepare = prepare
        blueprint.listener("before_server_start")(form.remember_app)
        for part in (form, answers, slips, notices, press):
            blueprint.listener("after_server_stop")(part.close)

        @blueprint.middleware("request")
        async def limit(request: Request) -> None:
            pages.spend(client_address(request, settings.proxies))

        @blueprint.exception(Problem, TooMuch)
        async def refuse(request: Request, error: Exception) -> HTTPResponse:
            problem = as_problem(error)
            REFUSED.labels(self.name(), problem.code).inc()
            headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
            # Scripts draw the chat over what stands in its page: only the form, sent without them, is answered there.
            is_form = request.method == "POST" and request.path == "/"
            render = render_page if is_form else render_problem
            page = render(province=settings.province, notice=problem.body["title"])
            return html(request, page, problem.body["status"], headers)

        @blueprint.get("/")
        async def page(request: Request) -> HTTPResponse:
            language = "en" if request.args.get("lang") == "en" else "vi"
            return html(request, render_page(province=settings.province, language=language))

        @blueprint.post("/")
        async def send_form(request: Request) -> HTTPResponse:
            return await form.send(request)

        @blueprint.get("/embed")
        async def embed(request: Request) -> HTTPResponse:
            return html(request, render_embed(province=settings.province, public_url=settings.public_url))

        @blueprint.get(f"{ANSWERS}/<code:str>")
        async def answer(request: Request, code: str) -> HTTPResponse:
            page = await asyncio.to_thread(
                answers.procedure, code, request.args.get("aspects"), request.args.get("case")
            )
            return html(request, page, headers=PUBLIC)

        @blueprint.get(f"{GUIDES}/<topic:str>")
        async def guide(request: Request, topic: str) -> HTTPResponse:
            page = await asyncio.to_thread(answers.guide, topic)
            return html(request, page, headers=PUBLIC)

        slips.add_to(blueprint)
        notices.add_to(blueprint)
        for asset in assets().values():
            _serve(blueprint, asset)
        return blueprint


class Form:
    """The chat without scripts: each message is a form sent, each reply a whole page."""

    def __init__(self, on_new_message: OnNewMessage, settings: Settings) -> None:
        self._settings = settings
        self._tokens = Tokens(token_key(settings))
        self._forms = RateLimit(FORMS_PER_ADDRESS)
        self._app: Sanic | None = None
        self._engine = connect(settings.conversation_database_url)
        self._conversations = Conversations(
            PageInput.name(), on_new_message, self._tracker_store, self._engine, settings
        )

    async def close(self, _app: Sanic, _loop: object) -> None:
        """Let go of the database."""
        self._engine.dispose()

    async def remember_app(self, app: Sanic, _loop: object) -> None:
        """Learn where Rasa's tracker store will be."""
        self._app = app

    async def send(self, request: Request) -> HTTPResponse:
        """Answer a message and show the conversation so far."""
        self._forms.spend(client_address(request, self._settings.proxies))
        if len(request.body) > LARGEST_FORM:
            raise Problem("size")
        form = request.form or {}
        grant, notice = self._grant(form)
        turns = await self._turns_after(form, grant.conversation)
        page = render_page(
            province=self._settings.province,
            turns=turns,
            conversation=grant.conversation,
            token=self._tokens.sign(self._tokens.renew(grant)),
            message_id=uuid.uuid4().hex,
            office=grant.office or "",
            notice=notice,
        )
        # Never compressed: what a citizen typed and the token must not share one compressed body.
        return HTTPResponse(page, 200, {**SECURITY_HEADERS, "Cache-Control": "no-store"}, "text/html; charset=utf-8")

    async def _turns_after(self, form: Any, conversation: str) -> list[dict[str, Any]]:
        text = form.get("payload") or form.get("text") or ""
        if not text.strip():
            return await self._conversations.history(conversation)
        message = form.get("message") or ""
        message_id = message if _MESSAGE_ID.fullmatch(message) else uuid.uuid4().hex
        latest = await self._conversations.take_turn(conversation, message_id, text)
        turns = await self._conversations.history(conversation)
        # An apology is not kept.
        return turns if latest["id"] in {turn["id"] for turn in turns} else [*turns, latest]

    def _grant(self, form: Any) -> tuple[Grant, str]:
        conversation = form.get("conversation") or ""
        if not conversation:
            return self._tokens.start(), ""
        try:
            return self._tokens.read(form.get("token") or "", conversation), ""
        except Refused:
            return self._tokens.start(), str(Problem("token").body["title"])

    def _tracker_store(self) -> TrackerStore:
        assert self._app is not None, "the server has not started"
        return self._app.ctx.agent.tracker_store


class Answers:
    """Answers and guides as pages of their own, read from the database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = connect(settings.database_url)
        self._store = Store(self._engine)

    async def close(self, _app: Sanic, _loop: object) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def procedure(self, code: str, aspects: str | None, case: str | None) -> str:
        """The page about a procedure.

        Raises:
            Problem: No such procedure is in force.
        """
        today = date.today()
        procedure = self._store.procedure(code, today)
        if procedure is None:
            raise Problem("not_found")
        renderer = Renderer({head.code: head.short_name for head in self._store.heads(today)}.get)
        asked, answers = read_query(aspects, case)
        text = (
            renderer.listed(procedure)
            if procedure.is_listed_only
            else renderer.answer(procedure, asked or ("overview",), answers)
        )
        return self._render(procedure.short_name, text, code=code, checked_on=procedure.checked_on)

    def guide(self, topic: str) -> str:
        """The page of a guide to the portal.

        Raises:
            Problem: There is no such guide.
        """
        guide = self._store.guides().get(topic)
        if guide is None:
            raise Problem("not_found")
        return self._render(guide.title, Renderer(lambda _code: None).guide(guide), checked_on=guide.checked_on)

    def _render(self, title: str, text: str, **known: Any) -> str:
        settings = self._settings
        return render_answer(
            province=settings.province,
            hotline=settings.information_hotline,
            title=title,
            blocks=outline(text),
            **known,
        )


def _serve(blueprint: ChannelBlueprint, asset: Asset) -> None:
    async def serve(request: Request) -> HTTPResponse:
        is_this_version = request.args.get("v") == asset.etag.strip('"')
        headers = {
            "ETag": asset.etag,
            "Cache-Control": _FOR_GOOD if is_this_version else "no-cache",
            "X-Content-Type-Options": "nosniff",
            # Other sites load the script with an integrity hash, which needs this.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if request.headers.get("if-none-match") == asset.etag:
            return HTTPResponse(status=304, headers=headers)
        return compressed(request, asset.body, asset.gzipped, 200, headers, asset.content_type)

    blueprint.add_route(serve, f"/{asset.name}", methods=["GET"], name=asset.name.replace(".", "_"))
