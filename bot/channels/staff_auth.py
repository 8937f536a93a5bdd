"""The door of the staff view: who may come in, and what a browser may do there."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import urlsplit

from jinja2 import Environment
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, text
from throttled import MemoryStore, RateLimiterType, Throttled, rate_limiter

from bot.channels.address import client_address
from bot.channels.http import SECURITY_HEADERS
from bot.metrics import REFUSED
from bot.settings import Settings

USER = "staff"
#: Wrong passwords a minute from one address, before even the right one has to wait.
WRONG_PASSWORDS = 10

HEADERS = {
    **SECURITY_HEADERS,
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not "no-referrer": it would make browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
}

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Motcua", charset="UTF-8"'}
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Door:
    """Lets the staff in by password or by the header of a signing-in proxy; shut if neither is set.

    Args:
        settings: ``staff_password``, ``staff_header``, ``public_url`` and ``proxies`` are read.
        templates: Holds ``refused.j2``, which says why somebody stays outside.
    """

    def __init__(self, settings: Settings, templates: Environment) -> None:
        self._settings = settings
        self._refusal = templates.get_template("refused.j2")
        self._wrong_passwords = Throttled(
            using=RateLimiterType.TOKEN_BUCKET.value,
            quota=rate_limiter.per_min(WRONG_PASSWORDS),
            store=MemoryStore(options={"MAX_SIZE": 10_000}),
        )

    def guard(self, blueprint: Blueprint) -> None:
        """Put every route of a blueprint, also those added later, behind the door."""
        # In this form only: Sanic silently drops a method handed over as the first argument.
        blueprint.middleware("request")(self.admit)
        blueprint.middleware("response")(harden)

    async def admit(self, request: Request) -> HTTPResponse | None:
        """None if the request may go on, else the refusal."""
        settings = self._settings
        if not (settings.staff_password or settings.staff_header):
            return self._refuse("closed", 403)
        if _comes_from_another_site(request, settings.public_url):
            return self._refuse("cross_site", 403)
        if settings.staff_header and request.headers.get(settings.staff_header, "").strip():
            return None
        if not settings.staff_password:
            return self._refuse("not_signed_in", 403)
        return self._ask_for_password(request)

    def _ask_for_password(self, request: Request) -> HTTPResponse | None:
        address = client_address(request, self._settings.proxies)
        wrong = self._wrong_passwords.peek(address)
        if wrong.remaining < 1:
            return self._refuse("rate", 429, {"Retry-After": str(int(wrong.reset_after))})
        given = request.headers.get("Authorization")
        # A browser first asks without a password; that is no wrong one.
        if given is None:
            return self._refuse("no_password", 401, _CHALLENGE)
        if not _matches(given, self._settings.staff_password):
            self._wrong_passwords.limit(address)
            return self._refuse("password", 401, _CHALLENGE)
        return None

    def _refuse(self, reason: str, status: int, headers: dict[str, str] | None = None) -> HTTPResponse:
        REFUSED.labels("staff", reason).inc()
        return text(self._refusal.render(reason=reason), status, headers)


async def harden(_request: Request, response: HTTPResponse) -> None:
    """Keep a response out of caches and frames, and foreign scripts out of it."""
    response.headers.update(HEADERS)


def _comes_from_another_site(request: Request, public_url: str) -> bool:
    """Whether another site makes a signed-in browser change something here."""
    if request.method in _SAFE_METHODS:
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    # Older browsers, and plain HTTP, say only the origin; what is no browser says neither.
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc not in (
        request.headers.get("Host"),
        urlsplit(public_url).netloc,
    )


def _matches(authorization: str, password: str) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        given = b""
    # One comparison of the whole, so that its time tells nothing about either part.
    return hmac.compare_digest(given, f"{USER}:{password}".encode()) and scheme.lower() == "basic"
