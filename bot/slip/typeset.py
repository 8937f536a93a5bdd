"""Slips and posters as PDF, set by Typst from templates/; texts go in as data, never as markup."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from bot.procedures.model import Procedure
from bot.procedures.render import long_date
from bot.slip.slip import Errand, Slip
from bot.slip.words import desk_lines, facts, fine_print, title, words

TEMPLATES = Path(__file__).parent / "templates"


def typeset_slip(
    slip: Slip, *, province: str, hotline: str, url: str, kept_until: date, printed_on: date, name: str = ""
) -> bytes:
    """A slip as PDF on A4.

    Args:
        slip: What it says.
        province: The province served.
        hotline: The information number to call.
        url: The whole address of the slip's page.
        kept_until: The last day on which that address works.
        printed_on: The day of printing.
        name: A name to print, if the citizen gave one.
    """
    own = words("slip")
    return _pdf(
        "slip.typ",
        {
            "words": own,
            "title": title(slip),
            "subtitle": own["subtitle"].format(province=province),
            "name": own["name"].format(name=name) if name else None,
            "plan": slip.plan,
            "desks": [{"name": desk.office.name, "lines": desk_lines(desk)} for desk in slip.desks],
            "errands": [_errand(errand) for errand in slip.errands],
            "gone": [own["gone"].format(code=code) for code in slip.gone],
            "notice": [
                own["notice"],
                own["hotline"].format(hotline=hotline),
                own["link"].format(date=long_date(kept_until), url=url),
                own["printed"].format(date=long_date(printed_on)),
            ],
        },
    )


def typeset_poster(procedure: Procedure, *, province: str, url: str) -> bytes:
    """A poster as PDF on A4: the name of a procedure, a QR code of its page, and how to ask.

    Args:
        procedure: The procedure.
        province: The province served.
        url: The whole address of the procedure's page.
    """
    own = words("poster")
    return _pdf(
        "poster.typ",
        {
            "subtitle": words("slip")["subtitle"].format(province=province),
            "name": procedure.short_name,
            "code": words("slip")["code"].format(code=procedure.code),
            "qr": _qr(url),
            "ask": own["ask"],
            "lines": own["lines"],
            "notice": own["notice"],
        },
    )


def _errand(errand: Errand) -> dict[str, Any]:
    return {
        "name": errand.name,
        "lines": facts(errand),
        "papers": errand.papers,
        "held": errand.held,
        "nothing_left": bool(errand.held and not errand.papers),
        "sections": list(_capitalised(errand)),
        "fine": fine_print(errand),
        "qr": _qr(errand.url) if errand.url.startswith(("https://", "http://")) else None,
    }


def _capitalised(errand: Errand) -> Iterator[Mapping[str, Any]]:
    for block in errand.sections:
        yield {**block, "title": block["title"].capitalize()} if block["kind"] == "section" else block


def _qr(url: str) -> dict[str, str]:
    svg = io.BytesIO()
    segno.make_qr(url, error="m").save(svg, kind="svg", xmldecl=False, omitsize=True)
    return {"url": url, "svg": svg.getvalue().decode(), "alt": words("slip")["portal_qr"].format(url=url)}


def _pdf(template: str, data: Mapping[str, Any]) -> bytes:
    pdf = typst.compile(
        (TEMPLATES / template).read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Typst's own fonts, which hold all Vietnamese letters: a slip looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
