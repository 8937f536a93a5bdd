"""The staff view: the citizens' chat with what was behind each reply, questions left, satisfaction, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw, redirect

from bot.channels.conversation_routes import ConversationRoutes
from bot.channels.staff_auth import Door
from bot.channels.turns import OnNewMessage
from bot.procedures.render import LOCALE
from bot.procedures.store import Store, connect
from bot.ratings_csv import ENCODING, as_csv
from bot.settings import Settings
from bot.stores.feedback import LONGEST_ANSWER, VIETNAM, FeedbackStore, Satisfaction, canonical
from bot.web.assets import FOLDER, assets, strings

TEMPLATES = FOLDER / "templates"
STYLE = TEMPLATES / "staff" / "staff.css"
#: The staff read Vietnamese.
LANGUAGE = "vi"
#: Days that the satisfaction report covers unless a period is chosen.
DAYS = 30
#: Answered questions that the page shows.
SHOWN = 50

PREFIX = "/staff"

Handler = Callable[..., Awaitable[HTTPResponse]]


class StaffInput(InputChannel):
    """Everything below /staff, behind one door."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings.read()

    @classmethod
    def name(cls) -> str:
        """The name by which Rasa knows the channel."""
        return "staff"

    def url_prefix(self) -> str:
        """The path; it begins with a slash, so Rasa does not put it below /webhooks."""
        return PREFIX

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel."""
        blueprint = Blueprint("staff")
        pages = Pages(self._settings)
        Door(self._settings, pages.templates).guard(blueprint)
        pages.add_to(blueprint)
        ConversationRoutes(self.name(), on_new_message, self._settings).add_to(blueprint)
        return blueprint


class Pages:
    """The pages that staff open, rendered on the server."""

    def __init__(self, settings: Settings) -> None:
        self.templates = Environment(
            loader=FileSystemLoader([TEMPLATES / "staff", TEMPLATES]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self.templates.filters |= {"moment": _moment, "stars": _stars}
        self.templates.globals |= {"assets": assets(), "words": strings(LANGUAGE), "language": LANGUAGE}
        self._engines = [connect(url) for url in (settings.conversation_database_url, settings.database_url)]
        self._feedback, self._procedures = FeedbackStore(self._engines[0]), Store(self._engines[1])

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the pages to a blueprint."""
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/", self.chat),
            ("GET", "/staff.css", self.style),
            ("GET", "/questions", self.questions),
            ("POST", "/questions", self.answer),
            ("GET", "/ratings", self.ratings),
            ("GET", "/ratings.csv", self.ratings_csv),
            ("GET", "/metrics", self.metrics),
            # What is no page must be behind the door, too.
            ("GET", "/<path:path>", self.no_page),
        ]
        for method, path, handler in routes:
            # Sanic writes the blueprint's name on a handler, which a method does not let it.
            blueprint.add_route(partial(handler), path, methods=[method], name=handler.__name__)
        blueprint.listener("after_server_stop")(self.close)

    async def close(self, _app: Sanic, _loop: Any) -> None:
        """Let go of the databases."""
        for engine in self._engines:
            engine.dispose()

    async def chat(self, _request: Request) -> HTTPResponse:
        """The chat as citizens have it, each reply with what was behind it."""
        return self._page("chat.j2", "/staff")

    async def style(self, _request: Request) -> HTTPResponse:
        """The style sheet that the pages have beside the citizens' one."""
        return raw(STYLE.read_bytes(), content_type="text/css; charset=utf-8")

    async def questions(self, request: Request) -> HTTPResponse:
        """The questions that citizens left, the open ones first."""
        return self._page(
            "questions.j2",
            "/staff/questions",
            waiting=await asyncio.to_thread(self._feedback.open_questions),
            answered=await asyncio.to_thread(self._feedback.questions, answered=True, limit=SHOWN),
            shown=SHOWN,
            longest=LONGEST_ANSWER,
            saved=canonical(request.args.get("saved", "")),
            names=await asyncio.to_thread(self._names),
        )

    async def answer(self, request: Request) -> HTTPResponse:
        """Answer one question."""
        code = canonical(request.form.get("code", ""))
        try:
            known = await asyncio.to_thread(self._feedback.answer_question, code, request.form.get("answer", ""))
        except ValueError:
            return self._problem("answer", 422)
        if not known:
            return self._problem("no_question", 404)
        return redirect(f"/staff/questions?saved={code}", status=303)

    async def ratings(self, request: Request) -> HTTPResponse:
        """How satisfied citizens were in a period."""
        try:
            since, until = _period(request)
        except ValueError:
            return self._problem("day", 422)
        report = await asyncio.to_thread(self._feedback.report, since, until)
        names = await asyncio.to_thread(self._names)
        total = Satisfaction(None, None, tuple(map(sum, zip(*(row.counts for row in report), strict=True))))
        return self._page(
            "ratings.j2", "/staff/ratings", since=since, until=until, report=report, total=total, names=names
        )

    async def ratings_csv(self, request: Request) -> HTTPResponse:
        """The same as a file."""
        try:
            since, until = _period(request)
        except ValueError:
            return self._problem("day", 422)
        report = await asyncio.to_thread(self._feedback.report, since, until)
        content = as_csv(report, await asyncio.to_thread(self._names)).encode(ENCODING)
        name = {"Content-Disposition": 'attachment; filename="motcua-ratings.csv"'}
        return raw(content, headers=name, content_type="text/csv; charset=utf-8")

    async def metrics(self, _request: Request) -> HTTPResponse:
        """What is counted, in Prometheus' text format."""
        return raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    async def no_page(self, _request: Request, path: str) -> HTTPResponse:
        """Say that there is no such page; "/staff/" leads to the first one."""
        return self._problem("no_page", 404) if path else redirect(PREFIX)

    def _names(self) -> dict[str, str]:
        return {head.code: head.short_name for head in self._procedures.heads(_today())}

    def _page(self, template: str, page: str, status: int = 200, **values: Any) -> HTTPResponse:
        return html(self.templates.get_template(template).render(page=page, **values), status)

    def _problem(self, problem: str, status: int) -> HTTPResponse:
        return self._page("problem.j2", "", status, problem=problem, longest=LONGEST_ANSWER)


def _today() -> date:
    return datetime.now(VIETNAM).date()


def _period(request: Request) -> tuple[date | None, date | None]:
    """The first and the last day asked for; an empty one bounds nothing.

    Raises:
        ValueError: One of them is no day.
    """
    asked = request.get_args(keep_blank_values=True)
    if "since" not in asked and "until" not in asked:
        return _today() - timedelta(days=DAYS - 1), _today()
    since, until = (date.fromisoformat(day) if day else None for day in (asked.get("since"), asked.get("until")))
    return since, until


def _moment(moment: datetime) -> str:
    return str(format_datetime(moment.astimezone(VIETNAM), "HH:mm dd/MM/yyyy", locale=LOCALE))


def _stars(mean: float) -> str:
    return str(format_decimal(mean, "0.0", locale=LOCALE))
