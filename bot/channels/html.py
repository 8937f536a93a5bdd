"""Pages and files as HTTP responses: security headers, caching, compression."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.http import SECURITY_HEADERS

#: For pages made of public rows: a change is seen within five minutes.
PUBLIC = {"Cache-Control": "public, max-age=300"}


def html(request: Request, page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """A page, compressed if the browser takes that."""
    all_headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache", **(headers or {})}
    return compressed(request, page.encode(), None, status, all_headers, "text/html; charset=utf-8")


def pdf(body: bytes, name: str, headers: Mapping[str, str]) -> HTTPResponse:
    """A PDF that the browser shows, and saves under a name.

    It goes without a content security policy, which is for pages and keeps some browsers from showing it.
    """
    own = {"X-Content-Type-Options": "nosniff", "Content-Disposition": f'inline; filename="{name}"'}
    return HTTPResponse(body, 200, {**own, **headers}, "application/pdf")


def compressed(
    request: Request, body: bytes, gzipped: bytes | None, status: int, headers: Mapping[str, str], content_type: str
) -> HTTPResponse:
    """A body, compressed if the browser takes that; ``gzipped`` is the compressed one if it is there already."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" not in (request.headers.get("accept-encoding") or ""):
        return HTTPResponse(body, status, headers, content_type)
    small = gzip.compress(body, 6) if gzipped is None else gzipped
    return HTTPResponse(small, status, {**headers, "Content-Encoding": "gzip"}, content_type)
