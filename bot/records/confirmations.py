"""Who must confirm what, as the texts of a record say it: proposed rows, each with its passage.

Drawn from the papers ("có xác nhận của …", "do … xác nhận", "có chứng thực"), from the agencies that coordinate, and
from steps that ask another agency. A confirmation that the text offers as one of several ways is not demanded, and
is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.procedures.model import Confirmation, Document
from bot.records.prose import one_line, sentences

_AGENCY_HEADS = (
    "Ủy ban nhân dân|Uỷ ban nhân dân|UBND|Chủ tịch (?:Ủy|Uỷ) ban|Hội đồng|Công an|Trưởng Công an|"
    "Bộ [A-ZĐ]|Sở|Cục|Chi cục|Tổng cục|Phòng|"
    "Trưởng thôn|Tổ trưởng|Trưởng ấp|Thủ trưởng|Ban Chỉ huy|Cơ quan|Đơn vị|Tổ chức|Cơ sở|Bệnh viện|Trạm|Nhà trường|"
    "Trường|Ngân hàng|Văn phòng|Kho bạc|Bảo hiểm xã hội|Tòa án|Viện|Trung tâm|Hiệp hội|Công ty|Doanh nghiệp|Người|"
    "Chủ đầu tư|Chủ tàu|Ban quản lý|Cảng vụ|Hải quan|Thuế|Đại sứ quán|Lãnh đạo|Giám đốc|Hiệu trưởng|Chính quyền"
)
# A name ends with the phrase: at a sign, or where the sentence turns to what is confirmed or by which law.
_STOP = (
    r"(?=\s*(?:[,;:.()–]|$|\b(?:về|đối với|theo|kèm|để)\b"
    rf"|\bvà (?:{_AGENCY_HEADS}|các|có|được|phải|gửi|đóng|ký)\b))"
)
_AGENCY = rf"(?P<agency>(?:{_AGENCY_HEADS})[^,;:.()–]{{0,90}}?)"
_CONFIRMED_BY = re.compile(
    r"(?:(?:có|được)\s+)(?P<what>xác nhận|chứng nhận|ý kiến(?: đồng ý| chấp thuận| xác nhận)?"
    r"|chữ ký và xác nhận|ký xác nhận)"
    rf"(?:,? đóng dấu)?\s+(?:bằng văn bản\s+)?(?:của|từ|bởi)\s+{_AGENCY}{_STOP}",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(rf"(?<!đã )\b(?:được|do)\s+{_AGENCY}\s+(?P<what>xác nhận|ký xác nhận)\b", re.IGNORECASE)
#: Commas inside a name, kept out of the way while names are looked for.
_INNER_COMMA = re.compile(
    r"\b(tỉnh|xã|phường|cơ quan|tổ chức|đơn vị|bộ|ngành), "
    r"(?=thành phố|phường|thị trấn|đặc khu|tổ chức|đơn vị|ngành|cơ quan)",
    re.IGNORECASE,
)
_COMMA = "\N{SINGLE LOW-9 QUOTATION MARK}"
#: What shows that the phrase taken for a name runs on into something else.
_NO_NAME = re.compile(
    r"\b(?:trường hợp|xác định|trước khi|trước|ở trang|giấy phép|giấy chứng nhận|hợp đồng|phát hành|thẩm định|xem xét"
    r"|đã|chữ ký|hồ sơ|văn bản|thì|phải|có(?! thẩm quyền| liên quan| chức năng))\b",
    re.IGNORECASE,
)
_CERTIFIED = re.compile(
    r"(?:bản sao|bản chụp|bản dịch|hợp đồng|văn bản|giấy ủy quyền|giấy uỷ quyền|văn bản ủy quyền|chữ ký)[^,;.()]{0,60}?"
    r"(?:có|được|phải)\s+(?P<what>chứng thực|công chứng(?:,| hoặc)? chứng thực|công chứng)\b",
    re.IGNORECASE,
)
_LEGALISED = re.compile(r"(?:phải |được |đã )?(?P<what>hợp pháp h(?:óa|oá) lãnh sự)", re.IGNORECASE)
# One of several ways, or a rule that the confirmation is not needed.
_OPTIONAL = re.compile(
    r"\bhoặc\b|không (?:cần|phải|yêu cầu|có|được|bắt buộc)|trừ trường hợp|\bchưa\b|trường hợp không|\bmiễn\b"
    r"|nếu (?:có|không)|cần thiết|/ ?bản",
    re.IGNORECASE,
)
_ONE_OF_SEVERAL = re.compile(r"một trong|các loại giấy tờ", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^()]*\)")
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
        return Confirmation(agency, confirms, reference, words[place], status="proposed", quote=quote)

    for document in documents:
        if _ONE_OF_SEVERAL.search(document.name):
            continue
        for sentence in sentences(_INNER_COMMA.sub(rf"\1{_COMMA} ", document.name)):
            for agency, confirms, passage in _in_paper(sentence, words):
                row = propose(agency, confirms, "in_documents", passage)
                rows.append(replace(row, document=document.key, when=document.when))
    for text in step_texts:
        for sentence in sentences(_INNER_COMMA.sub(rf"\1{_COMMA} ", one_line(text))):
            for match in _ASKED_IN_STEPS.finditer(sentence):
                asked = _agency(match["agency"])
                if asked and not _is_only_possible(sentence, match.start()):
                    rows.append(propose(asked, words["asked"], "in_steps", _passage(sentence, match)))
    rows += [propose(name, words["coordinates"], "in_agencies", name) for name in coordinating]
    return _each_once(rows)


def _in_paper(sentence: str, words: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The agencies that a sentence about a paper demands, what they do, and the passage."""
    for pattern in (_CONFIRMED_BY, _CONFIRMS):
        for match in pattern.finditer(sentence):
            agency = _agency(match["agency"])
            clause = _clause(sentence, match)
            if agency and not _OPTIONAL.search(_IN_BRACKETS.sub("", clause)) and "nếu có" not in clause:
                yield agency, words["paper"].format(what=match["what"].lower()), _passage(sentence, match)
    for pattern, key in ((_CERTIFIED, "certified"), (_LEGALISED, "legalised")):
        certified = pattern.search(sentence)
        if certified and not _OPTIONAL.search(sentence):
            confirms = words[key].format(what=certified["what"].lower())
            yield words[f"{key}_by"], confirms, _passage(sentence, certified)


def _clause(sentence: str, match: re.Match[str]) -> str:
    """The part of a sentence between semicolons that a match stands in."""
    start = sentence.rfind(";", 0, match.start()) + 1
    end = sentence.find(";", match.end())
    return sentence[start : end if end >= 0 else len(sentence)]


def _is_only_possible(sentence: str, position: int) -> bool:
    """Whether an agency asks ("nhận được văn bản lấy ý kiến của …") rather than is asked, or only if need be."""
    before = sentence[:position]
    asks = re.search(r"nhận được (?:\w+ ){0,4}$", before, re.IGNORECASE)
    return asks is not None or re.search(r"cần thiết|có thể\s*$", before, re.IGNORECASE) is not None


def _agency(text: str) -> str | None:
    """The name of an agency, or None where the phrase is none or too vague to be one."""
    name = one_line(text).strip(" -").replace(_COMMA, ",")
    if len(name) < 4 or _TOO_VAGUE.match(name) or _NO_NAME.search(name):
        return None
    return re.sub(r"^UBND\b", "Ủy ban nhân dân", name[:1].upper() + name[1:])


def _passage(sentence: str, match: re.Match[str]) -> str:
    """The words around a match: the whole sentence if it is short enough."""
    text = sentence.replace(_COMMA, ",")
    if len(text) <= LONGEST_QUOTE:
        return text
    start = max(0, min(match.start() - LONGEST_QUOTE // 2, len(text) - LONGEST_QUOTE))
    cut = text[start : start + LONGEST_QUOTE]
    before = "… " if start else ""
    after = " …" if start + LONGEST_QUOTE < len(text) else ""
    words = cut.split(" ")
    return before + " ".join(words[1 if before else 0 : -1 if after else None]) + after


def _each_once(rows: Sequence[Confirmation]) -> list[Confirmation]:
    seen: dict[tuple[str, str, str | None, str], Confirmation] = {}
    for row in rows:
        seen.setdefault((row.agency.lower(), row.confirms, row.document, str(row.when)), row)
    return list(seen.values())
