"""What our HTTP channels share: problems, headers, the origins that may embed the chat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.limits import TooMuch
from bot.channels.tokens import Refused
from bot.metrics import REFUSED

TOKEN_HEADER = "Conversation-Token"
#: Bytes of a body that any channel may get; each channel has smaller limits of its own.
LARGEST_BODY = 256 * 1024
#: Nothing but our own files, no frames, no inline script or style.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_PROBLEMS = Path(__file__).parent / "problems.yml"


class Problem(Exception):
    """A request that cannot be served; ``code`` is a key of problems.yml, ``retry_after`` is in seconds."""

    def __init__(self, code: str, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after

    @property
    def body(self) -> dict[str, Any]:
        """The problem as RFC 9457 has it."""
        return {"title": _problems()[self.code]["title"], "status": _problems()[self.code]["status"], "code": self.code}


class ChannelBlueprint(Blueprint):
    """A blueprint that may prepare the app it is registered with: ``ctx.prepare`` is called with it."""

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Register, after preparing the app."""
        self.ctx.prepare(app)
        super().register(app, options)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """JSON that no cache keeps."""
    return HTTPResponse(
        json.dumps(body, ensure_ascii=False),
        status,
        {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})},
        "application/json; charset=utf-8",
    )


def answer_problems(blueprint: Blueprint, channel: str) -> None:
    """Turn what the routes of a blueprint raise into problem responses, and count it."""

    async def respond(_request: Request, error: Exception) -> HTTPResponse:
        problem = as_problem(error)
        REFUSED.labels(channel, problem.code).inc()
        response = json_response(problem.body, problem.body["status"])
        response.content_type = "application/problem+json"
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    blueprint.exception(Problem, Refused, TooMuch)(respond)


def as_problem(error: BaseException) -> Problem:
    """The problem that an error of ours stands for."""
    if isinstance(error, TooMuch):
        return Problem(error.reason, error.retry_after)
    return error if isinstance(error, Problem) else Problem("token")


def admit_origins(app: Sanic, prefix: str, origins: tuple[str, ...]) -> None:
    """Let pages of some origins call the paths below a prefix, and no others.

    Credentials are never admitted: a conversation token travels in a header. Rasa's own handling of
    origins knows one list for all paths and would answer every preflight, so it is put out of action.
    """
    rasas_own = getattr(app.ctx, "sanic_cors", None)
    if rasas_own is not None:
        rasas_own.resources.clear()

    async def preflight(request: Request) -> HTTPResponse | None:
        if request.method != "OPTIONS" or not request.path.startswith(prefix):
            return None
        return HTTPResponse(status=204, headers={"Allow": "GET, POST, DELETE, OPTIONS"})

    async def allow(request: Request, response: HTTPResponse) -> None:
        if request.path.startswith(prefix):
            response.headers.update(_origin_headers(request, origins))

    app.register_middleware(preflight, "request")
    app.register_middleware(allow, "response")


def _origin_headers(request: Request, origins: tuple[str, ...]) -> dict[str, str]:
    origin = request.headers.get("origin")
    headers = {"Vary": "Origin"}
    if origin in origins:
        headers |= {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": f"{TOKEN_HEADER}, Retry-After",
        }
        if request.method == "OPTIONS":
            headers |= {
                "Access-Control-Allow-Methods": "GET, POST, DELETE",
                "Access-Control-Allow-Headers": f"{TOKEN_HEADER}, Content-Type, Accept",
                "Access-Control-Max-Age": "600",
            }
    return headers


def limit_bodies(app: Sanic) -> None:
    """Let the server refuse a body before it has read it all."""
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY


@cache
def _problems() -> Mapping[str, Mapping[str, Any]]:
    return dict(YAML(typ="safe").load(_PROBLEMS.read_text(encoding="utf-8")))
