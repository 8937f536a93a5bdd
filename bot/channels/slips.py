"""Slips behind short links: as a page, as PDF, and as PDF with a name that is printed and not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.address import client_address
from bot.channels.html import html, pdf
from bot.channels.http import Problem
from bot.channels.press import Press
from bot.language.text import nfc
from bot.procedures.listing import Listings
from bot.procedures.model import Procedure
from bot.procedures.store import Store, connect
from bot.settings import Settings
from bot.slip.links import SLIPS, slip_path
from bot.slip.slip import Slip, SlipMaker
from bot.slip.typeset import typeset_slip
from bot.stores.feedback import VIETNAM
from bot.stores.slips import KeptSlip, Slips
from bot.web.pages import render_slip

#: Characters of a name that are printed.
LONGEST_NAME = 80
#: A slip is for who has its link.
PRIVATE = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
NEVER_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Found:
    """A slip that is still kept, with the rows of today."""

    kept: KeptSlip
    slip: Slip

    @property
    def kept_until(self) -> date:
        """The last whole day on which its link works, as Vietnam counts days."""
        return self.kept.expires_at.astimezone(VIETNAM).date()


class SlipPages:
    """The routes of slips.

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
        self._maker = SlipMaker(self._listings.name_of)
        self._kept_engine = connect(settings.conversation_database_url)
        self._slips = Slips(self._kept_engine)

    async def close(self, _app: Any, _loop: object) -> None:
        """Let go of the databases."""
        self._engine.dispose()
        self._kept_engine.dispose()

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        # Sanic writes the blueprint's name on a handler, which a method does not let it.
        blueprint.add_route(partial(self.page), f"{SLIPS}/<code:[^/.]+>", methods=["GET"], name="slip")
        blueprint.add_route(
            partial(self.pdf), rf"{SLIPS}/<code:([^/.]+)\.pdf>", methods=["GET", "POST"], name="slip_pdf"
        )

    async def page(self, request: Request, code: str) -> HTTPResponse:
        """The slip as a page."""
        found = await asyncio.to_thread(self._find, code)
        settings = self._settings
        page = render_slip(
            found.slip,
            province=settings.province,
            hotline=settings.information_hotline,
            code=found.kept.code,
            kept_until=found.kept_until,
        )
        return html(request, page, headers=PRIVATE)

    async def pdf(self, request: Request, code: str) -> HTTPResponse:
        """The slip as PDF; what a form says as ``name`` is printed."""
        name = _printable((request.form or {}).get("name") or "") if request.method == "POST" else ""
        address = client_address(request, self._settings.proxies)
        body = await self._press.make(address, partial(self._typeset, code, name))
        return pdf(body, "phieu-huong-dan.pdf", NEVER_KEPT if request.method == "POST" else PRIVATE)

    def _typeset(self, code: str, name: str) -> bytes:
        found = self._find(code)
        settings = self._settings
        return typeset_slip(
            found.slip,
            province=settings.province,
            hotline=settings.information_hotline,
            url=settings.public_url + slip_path(found.kept.code),
            kept_until=found.kept_until,
            printed_on=_today(),
            name=name,
        )

    def _find(self, code: str) -> Found:
        kept = self._slips.read(code)
        if kept is None:
            raise Problem("slip")
        content, today = kept.content, _today()
        procedures = self._with_sources({goal["code"] for goal in content["goals"]}, today)
        event = self._store.life_events().get(content["life_event"]) if "life_event" in content else None
        self._listings.on(today)  # gives the names of the other procedures that a slip mentions
        slip = self._maker.make(content, procedures, self._store.offices(), event.name if event else None)
        return Found(kept, slip)

    def _with_sources(self, codes: Collection[str], today: date) -> dict[str, Procedure]:
        """Procedures with all those that give a paper for them, and for these in turn."""
        found: dict[str, Procedure] = {}
        asked, wanted = set(codes), set(codes)
        while wanted:
            added = self._store.procedures(today, sorted(wanted))
            found |= added
            rows = (row for procedure in added.values() for row in procedure.documents)
            wanted = {source for row in rows for source in row.obtained_from} - asked
            asked |= wanted
        return found


def _printable(name: str) -> str:
    """A name on one line, without what no one can see."""
    words = nfc(name[: LONGEST_NAME * 4]).split()
    return "".join(char for char in " ".join(words) if char.isprintable())[:LONGEST_NAME]


def _today() -> date:
    return datetime.now(VIETNAM).date()
