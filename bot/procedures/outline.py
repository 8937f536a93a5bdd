"""The outline of a reply: its plain text as nested blocks, for channels that show more than plain text.

The templates write a small line language, which people read as it is and this module reads back:

    ĐĂNG KÝ KHAI SINH           title: the first line, in capitals
    GIẤY TỜ CẦN CHUẨN BỊ        section: a heading of headings.yml
    ▸ Trường hợp …:             group: rows of one case (any line with a colon above rows is one)
    ☐ Giấy chứng sinh           paper: to prepare, and to tick
       · Lưu ý: …               note on the row above
       ✔ Phải có xác nhận: …    confirmation that the row above needs
    ✔ Ủy ban nhân dân …         confirmation
    • Nộp trực tiếp: 5 ngày     item
    1. Người nộp: …             step
    Nguồn: …                    source, with its address on the next line
    anything else               paragraph
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HEADINGS = Path(__file__).parent / "headings.yml"
#: A longer beginning before a colon is a sentence, not a label.
LONGEST_LABEL = 60

Block = dict[str, Any]

_ROWS = {"☐": "paper", "✔": "confirmation", "•": "item"}
_NOTES = {"·": "note", "✔": "confirmation"}
_STEP = re.compile(r"(\d+)\. (.+)")
_ADDRESS = re.compile(r"https?://\S+")
_SOURCE = "Nguồn:"


@cache
def headings() -> Mapping[str, str]:
    """The heading of each aspect."""
    return dict(YAML(typ="safe").load(HEADINGS.read_text(encoding="utf-8")))


def outline(text: str) -> list[Block]:
    """The blocks of a reply, outermost first.

    Returns:
        Blocks as plain data: ``kind`` (title, section, group, paper, item, confirmation, step, source,
        paragraph), ``text`` or ``title``, and inside a section or group its ``blocks``, below a row its ``notes``.
    """
    return _Outline(text).blocks


class _Outline:
    """Reads line after line; ``_inside`` is the innermost section or group that is open."""

    def __init__(self, text: str) -> None:
        self.blocks: list[Block] = []
        self._section: list[Block] = self.blocks
        self._inside: list[Block] = self.blocks
        lines = text.splitlines()
        for number, line in enumerate(lines):
            following = next((later for later in lines[number + 1 :] if later.strip()), "")
            self._read(line, following, is_first=number == 0)

    def _read(self, line: str, following: str, is_first: bool) -> None:
        words = line.strip()
        if not words:
            self._inside = self._section
        elif words in _aspects():
            self._open_section(_aspects()[words], words)
        elif is_first and words == words.upper() and any(char.isalpha() for char in words):
            self.blocks.append({"kind": "title", "text": words})
        elif line.startswith(" ") and words[0] in _NOTES and self._inside and "notes" in self._inside[-1]:
            self._inside[-1]["notes"].append({"kind": _NOTES[words[0]], "text": words[1:].strip()})
        else:
            self._read_row(words, following)

    def _read_row(self, words: str, following: str) -> None:
        row = _row(words)
        if row is not None:
            self._inside.append(row)
        elif words.startswith(_SOURCE):
            self._leave()
            self.blocks.append({"kind": "source", "text": words, "url": None})
        elif _ADDRESS.fullmatch(words) and self.blocks and self.blocks[-1]["kind"] == "source":
            self.blocks[-1]["url"] = words
        elif words.startswith("▸") or (words.endswith(":") and _row(following.strip()) is not None):
            group: Block = {"kind": "group", "title": words.removeprefix("▸").strip(), "blocks": []}
            self._section.append(group)
            self._inside = group["blocks"]
        else:
            self._inside = self._section
            self._inside.append({"kind": "paragraph", "text": words})

    def _open_section(self, aspect: str, title: str) -> None:
        section: Block = {"kind": "section", "aspect": aspect, "title": title, "blocks": []}
        self.blocks.append(section)
        self._section = self._inside = section["blocks"]

    def _leave(self) -> None:
        self._section = self._inside = self.blocks


def _row(words: str) -> Block | None:
    if words[:1] in _ROWS:
        kind, text = _ROWS[words[0]], words[1:].strip()
        row: Block = {"kind": kind, "text": text, "notes": []}
        return {**row, **_label(text)} if kind == "item" else row
    step = _STEP.fullmatch(words)
    return {"kind": "step", "number": int(step[1]), "text": step[2], "notes": []} if step else None


def _label(text: str) -> Block:
    label, colon, rest = text.partition(": ")
    return {"label": label, "text": rest} if colon and len(label) <= LONGEST_LABEL else {"label": None}


@cache
def _aspects() -> Mapping[str, str]:
    return {heading: aspect for aspect, heading in headings().items()}
