"""The public notice (niêm yết) of every procedure: pages, the list of all, posters, the map for search engines."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.address import client_address
from bot.channels.html import PUBLIC, compressed, html, pdf
from bot.channels.http import SECURITY_HEADERS, Problem
from bot.channels.press import Press
from bot.procedures import model
from bot.procedures.listing import Listing, Listings
from bot.procedures.model import Procedure
from bot.procedures.outline import outline
from bot.procedures.render import Renderer
from bot.procedures.store import Store, connect
from bot.settings import Settings
from bot.slip.links import NOTICES, notice_path
from bot.slip.typeset import typeset_poster
from bot.web.pages import render_notice, render_notices, render_sitemap

#: What a notice tells: everything, the summary by itself on top.
ASPECTS = tuple(aspect for aspect in model.ASPECTS if aspect != "overview")
#: Characters of what is looked up.
LONGEST_QUERY = 200


class NoticePages:
    """The routes of procedure pages.

    Args:
        settings: The settings of the deployment.
        press: Where PDFs are made.
    """

    def __init__(self, settings: Settings, press: Press) -> None:
        self._settings = settings
        self._press = press
        self._engine = connect(settings.database_url)
        self._store = Store(self._engine)
        self._listings = Listings(self._store)
        self._renderer = Renderer(self._listings.name_of)

    async def close(self, _app: Any, _loop: object) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        for name, handler, path in (
            ("notices", self.notices, f"{NOTICES}/"),
            ("notice", self.notice, f"{NOTICES}/<code:[^/]+>"),
            ("poster", self.poster, f"{NOTICES}/<code:[^/]+>/to-dan.pdf"),
            ("sitemap", self.sitemap, "/sitemap.xml"),
        ):
            # Sanic writes the blueprint's name on a handler, which a method does not let it.
            blueprint.add_route(partial(handler), path, methods=["GET"], name=name)

    async def notice(self, request: Request, code: str) -> HTTPResponse:
        """All that is known of a procedure."""
        return html(request, await asyncio.to_thread(self._notice, code), headers=PUBLIC)

    async def poster(self, request: Request, code: str) -> HTTPResponse:
        """The poster of a procedure."""
        address = client_address(request, self._settings.proxies)
        body = await self._press.make(address, partial(self._poster, code))
        return pdf(body, f"to-dan-{code}.pdf", PUBLIC)

    async def notices(self, request: Request) -> HTTPResponse:
        """The list of all procedures: by field, or by the words of their names."""
        query, field = (request.args.get(name, "")[:LONGEST_QUERY].strip() for name in ("q", "linh-vuc"))
        page = request.args.get("trang", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
        return html(request, await asyncio.to_thread(self._notices, query, field, number), headers=PUBLIC)

    async def sitemap(self, request: Request) -> HTTPResponse:
        """The addresses of all procedure pages, for search engines."""
        listing = await asyncio.to_thread(self._listing)
        addresses = [f"{self._settings.public_url}{notice_path(head.code)}" for head in listing.heads]
        body = render_sitemap([f"{self._settings.public_url}{NOTICES}/", *addresses]).encode()
        headers = {**SECURITY_HEADERS, "Cache-Control": "public, max-age=3600"}
        return compressed(request, body, None, 200, headers, "application/xml; charset=utf-8")

    def _notice(self, code: str) -> str:
        procedure = self._procedure(code)
        self._listing()  # gives the names of the other procedures that a notice mentions
        renderer = self._renderer
        text = renderer.listed(procedure) if procedure.is_listed_only else renderer.answer(procedure, ASPECTS, {})
        settings = self._settings
        return render_notice(
            procedure,
            outline(text),
            province=settings.province,
            hotline=settings.information_hotline,
            public_url=settings.public_url,
        )

    def _poster(self, code: str) -> bytes:
        address = f"{self._settings.public_url}{notice_path(code)}"
        return typeset_poster(self._procedure(code), province=self._settings.province, url=address)

    def _notices(self, query: str, field: str, page: int) -> str:
        listing = self._listing()
        found = listing.named(query) if query else listing.of_field(field) if field else []
        return render_notices(
            province=self._settings.province,
            public_url=self._settings.public_url,
            query=query,
            field=field,
            fields=listing.fields,
            found=found,
            page=page,
        )

    def _procedure(self, code: str) -> Procedure:
        procedure = self._store.procedure(code, date.today())
        if procedure is None:
            raise Problem("procedure")
        return procedure

    def _listing(self) -> Listing:
        return self._listings.on(date.today())
