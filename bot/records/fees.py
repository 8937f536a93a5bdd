"""Fee cells as published → fees. A zero is no fee that is known: only words make something free."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.procedures.model import Fee, Flag
from bot.records.prose import one_line, says_nothing, shortened
from bot.records.record import Method, PublishedFee

LONGEST_NOTE = 420
#: No fee is lower; such a number is a cell gone wrong, or thousands.
LOWEST_AMOUNT = 1000
#: Nor is any higher; it is kept in a column of 32 bits.
HIGHEST_AMOUNT = 2_000_000_000
_DONG = ("", "Việt Nam Đồng", "VNĐ", "VND", "Đồng Việt Nam")
_CHARGE = r"(?:phí, lệ phí|phí và lệ phí|phí|lệ phí|tiền)"
_FREE = re.compile(
    rf"^(?:không (?:thu|mất|phải nộp|phải trả|quy định thu)(?: {_CHARGE})?|không có {_CHARGE}"
    r"|miễn (?:phí|lệ phí|thu)"
    r"(?: (?:và|,) lệ phí)?)\b(?!.*(?:đối với|trường hợp|nếu|khi|trừ|riêng|từ ngày|đến (?:hết )?ngày))",
    re.IGNORECASE,
)
#: Words beside an empty cell that say something about the fee; others are scraps of the table.
_TELLING = re.compile(r"\d|thông tư|nghị định|nghị quyết|luật|quy định|miễn|giảm|không|theo", re.IGNORECASE)
_REDUCED = re.compile(r"áp dụng mức", re.IGNORECASE)
_PROVINCIAL = re.compile(r"Hội đồng nhân dân|HĐND", re.IGNORECASE)
_MONEY = re.compile(r"(\d[\d.,]*) ?(nghìn|ngàn|triệu|tỷ)? ?(?:đồng|đ(?=[/)\s.,;]|$)|VNĐ|VND)", re.IGNORECASE)
_TIMES = {"nghìn": 1_000, "ngàn": 1_000, "triệu": 1_000_000, "tỷ": 1_000_000_000}
_REFERENCE = re.compile(
    r"\b((?:Thông tư|Nghị định|Nghị quyết|Quyết định|Luật)(?: liên tịch)?(?: số)? ?\d+(?:\.\d+)?/(?:\d{4}/)?[A-ZĐ-]+)"
)
_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4})"
_FROM = re.compile(rf"(?:từ|kể từ)(?: ngày)? {_DAY}", re.IGNORECASE)
_TO = re.compile(rf"(?:đến(?: hết)?|tới(?: hết)?)(?: ngày)? {_DAY}", re.IGNORECASE)
#: "1,5 triệu": before a word for thousands or millions, one or two digits after a sign are decimals.
_DECIMAL = re.compile(r"\d+[.,]\d{1,2}")
_PER = re.compile(r"^/ ?([^().;,]{2,40})$")


def read_fees(methods: Sequence[Method], names: Mapping[str, str]) -> tuple[list[Fee], list[Flag]]:
    """The fees of a record, those that several ways to file share taken together.

    Args:
        methods: The ways to file, with their fee cells.
        names: The name of each sort of fee.
    """
    found: list[tuple[Fee, list[str]]] = []
    flags: list[Flag] = []
    for method in methods:
        if _amounts_are_alike(method.fees):
            flags.append(Flag("fees_unlabelled", "fees", _quote(method.fees), True))
        told = {cell.amount for cell in method.fees} | _amounts(" ".join(cell.text for cell in method.fees))
        if not _amounts(method.description) <= told:
            flags.append(Flag("fee_elsewhere", "fees", method.description[:200], True))
        for cell in method.fees:
            read, flag = _read(cell, names)
            for fee in read:
                kinds = next((kinds for known, kinds in found if known == fee), None)
                if kinds is None:
                    found.append((fee, [method.channel]))
                elif method.channel not in kinds:
                    kinds.append(method.channel)
            if flag is not None:
                flags.append(flag)
    everywhere = {method.channel for method in methods}
    fees = [replace(fee, channels=() if set(kinds) == everywhere else tuple(kinds)) for fee, kinds in found]
    return _without_empty(fees), list(dict.fromkeys(flags))


def _amounts_are_alike(cells: Sequence[PublishedFee]) -> bool:
    """Whether two amounts stand side by side that nothing tells apart."""
    amounts: dict[tuple[str, str], set[float]] = {}
    for cell in cells:
        if cell.amount:
            amounts.setdefault((cell.sort, cell.text), set()).add(cell.amount)
    return any(len(found) > 1 for found in amounts.values())


def _read(cell: PublishedFee, names: Mapping[str, str]) -> tuple[list[Fee], Flag | None]:
    name = names[cell.sort]
    text = "" if says_nothing(cell.text) else one_line(cell.text)
    note = shortened(text, LONGEST_NOTE) if _TELLING.search(text) else None
    reference = _reference(text)
    if cell.amount:
        return _fixed(cell, name, text, note, reference)
    fee = Fee(name, "not_published", note=note, reference=reference)
    if _FREE.match(text) and not _amounts(text):
        return [replace(fee, kind="free")], None
    if _PROVINCIAL.search(text):
        return [replace(fee, kind="provincial", note=None if _is_plain(text) else note)], None
    # A reduction for a while: what is charged then stands in the document it names.
    dated = replace(fee, valid_from=_day(_FROM, text), valid_to=_day(_TO, text))
    return [dated], Flag("fee_zero", "fees", name) if cell.amount == 0 and not text else None


def _fixed(
    cell: PublishedFee, name: str, text: str, note: str | None, reference: str | None
) -> tuple[list[Fee], Flag | None]:
    amount = cell.amount or 0
    if cell.currency not in _DONG:
        foreign = f"{_as_text(amount)} {cell.currency}. {text}".strip(" .")
        return [Fee(name, "not_published", note=foreign, reference=reference)], None
    if not LOWEST_AMOUNT <= amount <= HIGHEST_AMOUNT or amount != int(amount):
        return [], Flag("fee_implausible", "fees", f"{_as_text(amount)} {cell.currency} {text}"[:200], True)
    valid_from, valid_to = _day(_FROM, text), _day(_TO, text)
    fee = Fee(name, "fixed", int(amount), note=note, reference=reference)
    named = _amounts(text)
    if len(named) == 1 and max(named) < amount and valid_from and valid_to and _REDUCED.search(text):
        reduced = replace(fee, amount=named.pop(), valid_from=valid_from, valid_to=valid_to)
        return [reduced, replace(fee, note=None, reference=None, valid_from=valid_to + timedelta(days=1))], None
    if named and amount not in named:
        return [], Flag("fee_contradicted", "fees", f"{_as_text(amount)} / {text}"[:200], True)
    per = _PER.match(text)
    if per:
        return [replace(fee, per=per[1].strip(), note=None)], None
    return [replace(fee, valid_from=valid_from, valid_to=valid_to)], None


def _amounts(text: str) -> set[int]:
    """The amounts in đồng that a text names ('25.000 đồng', '2 triệu đồng')."""
    found = set()
    for match in _MONEY.finditer(text):
        number, times = match[1].rstrip(".,"), _TIMES.get((match[2] or "").lower(), 1)
        if times > 1 and _DECIMAL.fullmatch(number):
            found.add(round(float(number.replace(",", ".")) * times))
        else:
            found.add(int(re.sub(r"\D", "", number)) * times)
    return found


def _as_text(amount: float) -> str:
    return str(int(amount) if amount == int(amount) else amount).replace(".", ",")


def _is_plain(text: str) -> bool:
    """Whether a text says only that the provincial council sets the fee."""
    return len(text) < 160 and not _MONEY.search(text) and not re.search(r"miễn|nếu|trừ", text, re.IGNORECASE)


def _without_empty(fees: list[Fee]) -> list[Fee]:
    """The fees without those that say nothing, where others do."""
    telling = [fee for fee in fees if fee.kind != "not_published" or fee.note]
    return telling or fees[:1]


def _reference(text: str) -> str | None:
    found = list(dict.fromkeys(match[1] for match in _REFERENCE.finditer(text)))
    return ", ".join(found) or None


def _day(pattern: re.Pattern[str], text: str) -> date | None:
    match = pattern.search(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def _quote(cells: Iterable[PublishedFee]) -> str:
    return "; ".join(f"{cell.sort} {cell.amount} {cell.text[:60]}" for cell in cells)[:200]
