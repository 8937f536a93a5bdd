"""Personal data in free text, masked before anything stores or logs it."""

from __future__ import annotations

import re

# Order matters: an e-mail address may hold digits, an identity number is longer than a phone number.
_PATTERNS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?<![\w.])(?:\d[ .]?){11}\d(?![\w])"), "[số định danh]"),
    (re.compile(r"(?<![\w.+])(?:\+84|84|0)(?:[ .-]?\d){9}(?![\w])"), "[số điện thoại]"),
    (re.compile(r"(?<![\w.])\d{9}(?![\w])"), "[số giấy tờ]"),
    (re.compile(r"\b[A-Z]\d{7,8}\b"), "[số hộ chiếu]"),
)


def mask(text: str) -> str:
    """The text with identity numbers, phone numbers, e-mail addresses and passport numbers masked.

    Dossier codes such as ``H42.18-240115-0003`` and procedure codes are kept: they name no person.
    """
    for pattern, label in _PATTERNS:
        text = pattern.sub(label, text)
    return text
