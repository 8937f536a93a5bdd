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

from bot.procedures.render import long_date
from bot.web.assets import FOLDER, assets, icons, strings

#: Neighbouring blocks of these kinds are one list.
LISTS = ("paper", "item", "step", "source")

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


def _is_web_address(url: str | None) -> bool:
    return bool(url) and str(url).lower().startswith(("http://", "https://"))


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {"runs": _runs, "label": _label, "date": long_date}
_ENVIRONMENT.tests |= {"web_address": _is_web_address}
_ENVIRONMENT.globals |= {"icons": icons()}
