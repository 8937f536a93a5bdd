"""The pages that citizens open, as HTML: pure functions over the templates in templates/.

No page holds a script or a style of its own, so they work under a strict content security policy, and every one
can be read without scripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.open_data import jsonld
from bot.procedures.model import Procedure
from bot.procedures.render import long_date
from bot.procedures.store import Head
from bot.slip import links
from bot.slip.slip import Slip
from bot.slip.words import desk_lines, facts, fine_print, title
from bot.slip.words import words as slip_words
from bot.web.assets import FOLDER, assets, icons, strings

#: Neighbouring blocks of these kinds are one list.
LISTS = ("paper", "item", "step", "source")

#: Procedures on one page of the list.
LISTED = 50

# The same as in src/dom.js: the full stop after an address is no part of it.
_ADDRESS = re.compile(r"(https?://[^\s<>\"“”]*[^\s<>\"“”.,;:!?)])")
_LABEL = re.compile(r"([^:.]{2,24}:) (.*)", re.DOTALL)

Block = Mapping[str, Any]


def render_page(
    *,
    province: str,
    turns: Sequence[Mapping[str, Any]] = (),
    conversation: str = "",
    token: str = "",
    message_id: str = "",
    office: str = "",
    notice: str = "",
    language: str = "vi",
) -> str:
    """The page with the chat; without scripts, the turns so far and a form for the next.

    Args:
        province: The province served.
        turns: The turns so far, oldest first, as the portal channel gives them.
        conversation: The id of the conversation, for the form; empty before the first message.
        token: The token of the conversation.
        message_id: The id that the next message of the form gets.
        office: The code of the commune whose page this is, if any.
        notice: Something to say above the form, such as that the conversation ran out.
        language: The language of the frame, "vi" or "en".
    """
    return _render(
        "page.j2",
        language,
        province=province,
        turns=turns,
        conversation=conversation,
        token=token,
        message_id=message_id,
        office=office,
        notice=notice,
    )


def render_answer(
    *,
    province: str,
    hotline: str,
    title: str,
    blocks: Sequence[Block],
    code: str | None = None,
    checked_on: date | None = None,
) -> str:
    """One answer as a page to read and print.

    Args:
        province: The province served.
        hotline: The information number to call.
        title: The name of the procedure or guide, for the browser's tab.
        blocks: The answer's blocks; the first is its title.
        code: The procedure's code.
        checked_on: The day on which the rows were last checked against their source.
    """
    return _render(
        "answer.j2",
        "vi",
        province=province,
        hotline=hotline,
        title=title,
        blocks=blocks,
        code=code,
        checked_on=checked_on,
    )


def render_embed(*, province: str, public_url: str) -> str:
    """A sample page of a portal that embeds the chat, with the lines that do it."""
    return _render("embed.j2", "vi", province=province, public_url=public_url)


def render_slip(slip: Slip, *, province: str, hotline: str, code: str, kept_until: date) -> str:
    """A slip as a page to read and print.

    Args:
        slip: What it says.
        province: The province served.
        hotline: The information number to call.
        code: The code of its short link.
        kept_until: The last day on which the link works.
    """
    return _render(
        "slip.j2",
        "vi",
        slip=slip,
        said=slip_words("slip"),
        page=slip_words("slip_page"),
        province=province,
        hotline=hotline,
        code=code,
        kept_until=kept_until,
    )


def render_notice(
    procedure: Procedure, blocks: Sequence[Block], *, province: str, hotline: str, public_url: str
) -> str:
    """The public notice of a procedure as a page, with its linked data.

    Args:
        procedure: The procedure.
        blocks: All that is told of it; the first block is its title, which the page has already.
        province: The province served.
        hotline: The information number to call.
        public_url: The address of the site.
    """
    return _render(
        "notice.j2",
        "vi",
        procedure=procedure,
        blocks=[block for block in blocks if block["kind"] != "title"],
        linked_data=jsonld.document([procedure]),
        said=slip_words("notice"),
        province=province,
        hotline=hotline,
        public_url=public_url,
    )


def render_notices(
    *,
    province: str,
    public_url: str,
    query: str,
    field: str,
    fields: Sequence[tuple[str, int]],
    found: Sequence[Head],
    page: int,
) -> str:
    """The list of all procedures: the fields, or what was found.

    Args:
        province: The province served.
        public_url: The address of the site.
        query: The words looked up, if any.
        field: The field chosen, if any.
        fields: Every field with how many procedures it has.
        found: What the words or the field give.
        page: Which page of it, from 1; one that is not there gives the nearest.
    """
    pages = max(1, -(-len(found) // LISTED))
    number = min(max(1, page), pages)
    return _render(
        "notices.j2",
        "vi",
        said=slip_words("notices"),
        province=province,
        public_url=public_url,
        query=query,
        field=field,
        fields=fields,
        count=len(found),
        found=found[(number - 1) * LISTED : number * LISTED],
        page=number,
        pages=pages,
    )


def render_problem(*, province: str, notice: str) -> str:
    """A page that says why what was asked for cannot be shown, and where to go on."""
    return _render("problem.j2", "vi", province=province, notice=notice, said=slip_words("problem"))


def render_sitemap(addresses: Sequence[str]) -> str:
    """The addresses of pages as sitemaps.org has it."""
    return _ENVIRONMENT.get_template("sitemap.j2").render(addresses=addresses)


def _render(template: str, language: str, **values: Any) -> str:
    words = strings(language)
    return _ENVIRONMENT.get_template(template).render(words=words, language=language, assets=assets(), **values)


def _runs(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """Blocks by kind, neighbours that make a list taken together."""
    keyed = groupby(enumerate(blocks), lambda at: at[1]["kind"] if at[1]["kind"] in LISTS else at[0])
    runs = [[block for _, block in run] for _, run in keyed]
    return [(run[0]["kind"], run) for run in runs]


def _label(text: str) -> tuple[str, str]:
    """A label such as "Lưu ý:" and the rest of a text; the label is empty if there is none."""
    match = _LABEL.fullmatch(text)
    return (match[1], match[2]) if match else ("", text)


def _parts(text: str) -> list[str]:
    """A text cut at the addresses in it: every second part is one."""
    return _ADDRESS.split(text)


def _is_web_address(url: str | None) -> bool:
    return bool(url) and str(url).lower().startswith(("http://", "https://"))


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {"runs": _runs, "label": _label, "parts": _parts, "date": long_date}
_ENVIRONMENT.tests |= {"web_address": _is_web_address}
_ENVIRONMENT.globals |= {
    "icons": icons(),
    "links": links,
    "facts": facts,
    "fine_print": fine_print,
    "desk_lines": desk_lines,
    "title": title,
}
_ENVIRONMENT.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
