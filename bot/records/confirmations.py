"""Who must confirm what, as the texts of a record say it: proposed rows, each with its passage.

Drawn from the papers ("có xác nhận của …", "do … xác nhận", "có chứng thực"), from the agencies that coordinate, and
from steps that ask another agency. A confirmation that the text offers as one of several ways is not demanded, and
is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.procedures.model import Confirmation, Document
from bot.records.prose import CAPITAL, one_line, sentences

_AGENCY_HEADS = (
    "Ủy ban nhân dân|Uỷ ban nhân dân|UBND|Chủ tịch (?:Ủy|Uỷ) ban|Hội đồng|Công an|Trưởng Công an|"
    "Bộ [A-ZĐ]|Sở|Cục|Chi cục|Tổng cục|Phòng|"
    "Trưởng thôn|Tổ trưởng|Trưởng ấp|Thủ trưởng|Ban Chỉ huy|Cơ quan|Đơn vị|Tổ chức|Cơ sở|Bệnh viện|Trạm|Nhà trường|"
    "Trường|Ngân hàng|Văn phòng|Kho bạc|Bảo hiểm xã hội|Tòa án|Viện|Trung tâm|Hiệp hội|Công ty|Doanh nghiệp|Người|"
    "Chủ đầu tư|Chủ tàu|Ban quản lý|Cảng vụ|Hải quan|Thuế|Đại sứ quán|Lãnh đạo|Giám đốc|Hiệu trưởng|Chính quyền"
)
# An agency's name ends where the sentence turns to what is confirmed, by which law, or to the next thing.
_STOP = (
    r"(?=\s*(?:[,;:.()–]|$|\b(?:về|đối với|theo|kèm|trong|trên|vào|cho|tại|là|để|hoặc|đã|thì|quy định|nếu|khi"
    rf"|đang|mà|có|trừ|được|bằng|thẩm định|xem xét|(?-i:và(?! [{CAPITAL}])))\b))"
)
_AGENCY = rf"(?P<agency>(?:{_AGENCY_HEADS})(?:(?! (?:có|được|phát hành|cấp) )[^,;:.()–]){{0,110}}?)"
_CONFIRMED_BY = re.compile(
    r"(?:(?:có|được)\s+)(?P<what>xác nhận|chứng nhận|ý kiến(?: đồng ý| chấp thuận| xác nhận)?"
    r"|chữ ký và xác nhận|ký xác nhận)"
    rf"(?:,? đóng dấu)?\s+(?:bằng văn bản\s+)?(?:của|từ|bởi)\s+{_AGENCY}{_STOP}",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(rf"\b(?:được|do)\s+{_AGENCY}\s+(?P<what>xác nhận|ký xác nhận|chứng nhận)\b", re.IGNORECASE)
_CERTIFIED = re.compile(
    r"(?:bản sao|bản chụp|bản dịch|hợp đồng|văn bản|giấy ủy quyền|giấy uỷ quyền|văn bản ủy quyền|chữ ký)[^,;.()]{0,60}?"
    r"(?:có|được|phải)\s+(?P<what>chứng thực|công chứng(?:,| hoặc)? chứng thực|công chứng)\b",
    re.IGNORECASE,
)
_LEGALISED = re.compile(r"(?:phải |được |đã )?(?P<what>hợp pháp h(?:óa|oá) lãnh sự)", re.IGNORECASE)
# One of several ways, or a rule that the confirmation is not needed.
_OPTIONAL = re.compile(
    r"\bhoặc\b|không (?:cần|phải|yêu cầu|có|được|bắt buộc)|trừ trường hợp|\bchưa\b|trường hợp không"
    r"|nếu (?:có|không)|/ ?bản",
    re.IGNORECASE,
)
_ASKED_IN_STEPS = re.compile(
    r"(?:lấy ý kiến|xin ý kiến|gửi văn bản lấy ý kiến|đề nghị(?: phối hợp)? xác minh"
    r"|có văn bản (?:đề nghị|gửi) xác minh|phối hợp xác minh)"
    rf"\s+(?:bằng văn bản\s+)?(?:của|với|đến|tới|các)?\s*{_AGENCY}{_STOP}",
    re.IGNORECASE,
)
_TOO_VAGUE = re.compile(
    r"^(?:cơ quan|tổ chức|đơn vị|người|cơ quan, tổ chức|cơ sở)"
    r"(?: (?:này|đó|khác|trên|sau|sau đây|liên quan|có liên quan))?$",
    re.IGNORECASE,
)
LONGEST_QUOTE = 300


def read_confirmations(
    documents: Sequence[Document],
    step_texts: Sequence[str],
    coordinating: Sequence[str],
    reference: str,
    words: Mapping[str, str],
) -> list[Confirmation]:
    """The confirmations that a record's texts name, as proposed rows.

    Args:
        documents: The record's documents; a confirmation in one's words is tied to it.
        step_texts: The record's steps, in order.
        coordinating: The agencies that the record says coordinate.
        reference: What publishes the record, such as the number of its decision.
        words: How to say what is confirmed, and in which part of the record it stands.
    """
    rows: list[Confirmation] = []

    def propose(agency: str, confirms: str, place: str, quote: str) -> Confirmation:
        return Confirmation(agency, confirms, reference, words[place], status="proposed", quote=_quote(quote))

    for document in documents:
        for sentence in sentences(document.name):
            for agency, confirms in _in_paper(sentence, words):
                row = propose(agency, confirms, "in_documents", sentence)
                rows.append(replace(row, document=document.key, when=document.when))
    for text in step_texts:
        for sentence in sentences(one_line(text)):
            asked = _ASKED_IN_STEPS.finditer(sentence)
            found = [_agency(match["agency"]) for match in asked if not _is_the_asker(sentence, match.start())]
            rows += [propose(agency, words["asked"], "in_steps", sentence) for agency in found if agency]
    rows += [propose(name, words["coordinates"], "in_agencies", name) for name in coordinating]
    return _each_once(rows)


def _in_paper(sentence: str, words: Mapping[str, str]) -> list[tuple[str, str]]:
    found = []
    for pattern in (_CONFIRMED_BY, _CONFIRMS):
        for match in pattern.finditer(sentence):
            agency = _agency(match["agency"])
            if (
                agency
                and not _OPTIONAL.search(sentence[match.end() : match.end() + 40])
                and not _is_negated(sentence, match.start())
            ):
                found.append((agency, words["paper"].format(what=match["what"].lower())))
    for certifying, key in ((_CERTIFIED, "certified"), (_LEGALISED, "legalised")):
        certified = certifying.search(sentence)
        if certified and not _OPTIONAL.search(sentence):
            found.append((words[f"{key}_by"], words[key].format(what=certified["what"].lower())))
    return found


def _is_negated(sentence: str, position: int) -> bool:
    return re.search(r"(?:không|chưa|nếu|hoặc)\s+(?:phải\s+|cần\s+)?$", sentence[:position], re.IGNORECASE) is not None


def _is_the_asker(sentence: str, position: int) -> bool:
    """Whether the agency that follows asks others ("kể từ ngày nhận được văn bản lấy ý kiến của …")."""
    return re.search(r"nhận được (?:\w+ ){0,4}$", sentence[:position], re.IGNORECASE) is not None


def _agency(text: str) -> str | None:
    name = one_line(text).strip(" -")
    if len(name) < 4 or _TOO_VAGUE.match(name):
        return None
    return re.sub(r"^UBND\b", "Ủy ban nhân dân", name[:1].upper() + name[1:])


def _quote(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST_QUOTE else f"{sentence[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"


def _each_once(rows: Sequence[Confirmation]) -> list[Confirmation]:
    seen: dict[tuple[str, str, str | None, str], Confirmation] = {}
    for row in rows:
        seen.setdefault((row.agency.lower(), row.confirms, row.document, str(row.when)), row)
    return list(seen.values())
