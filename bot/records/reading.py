"""What the readers of records share: what makes a record unreadable, and its code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.records.prose import one_line

ADDRESS = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{}"
_CODE = re.compile(r"\d\.\d{6,9}")


class UnreadableRecord(ValueError):
    """A record that cannot be taken in.

    Args:
        code: Its procedure code, or what stands in its place.
        reason: What is wrong, in a few words.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


def code_in(data: Any, key: str = "code") -> str:
    """The procedure code of a record.

    Raises:
        UnreadableRecord: There is none, or no record at all.
    """
    if not isinstance(data, Mapping):
        raise UnreadableRecord("?", f"it is no JSON object but {type(data).__name__}")
    code = one_line(str(data.get(key) or ""))
    if not _CODE.fullmatch(code):
        raise UnreadableRecord(code or "?", f"'{key}' holds no procedure code such as 1.001193")
    return code


def text_in(data: Mapping[str, Any], key: str) -> str:
    """A text that a record must have.

    Raises:
        ValueError: It is missing or empty.
    """
    text = one_line(data.get(key))
    if not text:
        raise ValueError(f"'{key}' is empty")
    return text
