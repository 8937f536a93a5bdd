"""Communes of today, found by today's name or a former one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.language.normalise import normalise
from bot.language.text import nfc

_COMMUNE = re.compile(r"\b(xã|phường|thị trấn|đặc khu|xa|phuong|thi tran|dac khu)\s+\S.*", re.IGNORECASE)
_DISTRICT = re.compile(r"\b(huyện|quận|thị xã|huyen|quan|thi xa)\s+\S", re.IGNORECASE)
# Where the name of a place ends and the question about it begins.
_QUESTION = re.compile(
    r"[?.!]|\b(ở đâu|nằm|mấy giờ|có làm|làm việc|mở cửa|số điện thoại|giờ|thì|nay|bây giờ|đến|là|cho|để|phải"
    r"|o dau|nam o|may gio|co lam|lam viec|mo cua|so dien thoai|bay gio|gio den|thi den|thi ra)\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ward:
    """A commune-level unit of today."""

    code: str
    name: str
    province: str

    @property
    def custom(self) -> dict[str, str]:
        """The form in which a reply's custom object carries it."""
        return {"ward_code": self.code, "ward": self.name, "province": self.province}


def find(text: str, province: str) -> Ward | None:
    """The commune of today that a text names, taken to be in a province unless it says another.

    A district alone, or a name that several communes had, gives None: ask for more.
    """
    address = _address(text)
    if address is None:
        return None
    for said in (address, f"{address}, {province}"):
        ward = _today(said)
        if ward is not None:
            return ward
    return None


def _address(text: str) -> str | None:
    match = _COMMUNE.search(normalise(text))
    return _QUESTION.sub("", match[0]).strip(" ,") if match else None


def _today(address: str) -> Ward | None:
    # Imported here: it reads 10 MB of places, which only a question about a place should wait for.
    from vietnamadminunits import convert_address, parse_address

    former_first = _DISTRICT.search(address) is not None
    for look_up in (convert_address, parse_address) if former_first else (parse_address, convert_address):
        unit: Any = look_up(address)
        if unit is not None and unit.ward_code:
            return Ward(str(unit.ward_code), nfc(unit.ward), nfc(unit.province))
    return None


@cache
def provinces() -> tuple[str, ...]:
    """The names of the provinces of today, without what kind of territory they are, in order."""
    # Imported here, as above: only an import of records asks for them.
    from vietnamadminunits.database import get_data

    return tuple(sorted({nfc(row["provinceShort"]) for row in get_data(fields=["provinceShort"])}))
