"""Reads one crawled page of the portal, whose table cells are glued together.

    Tên giấy tờMẫu đơn, tờ khaiSố lượng<paper><form file><n bản chính[,m bản sao]><paper>…<next heading>
    Hình thức nộpThời gianPhí, lệ phíMô tả<way><time><fee>(<words>)<description><way>…
    Tên văn bản pháp lýMã văn bản<name><number><name>…

Where a boundary between two cells is not certain, the part is flagged as withheld.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.procedures.model import Flag
from bot.records.prose import CAPITAL, SMALL, one_line, says_nothing
from bot.records.reading import UnreadableRecord, code_in, text_in
from bot.records.record import Law, Method, Paper, PaperGroup, PublishedFee, Record, Stage

_PAPERS_HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
_METHODS_HEAD = "Hình thức nộpThời gianPhí, lệ phíMô tả"
_LAWS_HEAD = "Tên văn bản pháp lýMã văn bản"
_CHANNELS = {"Trực tiếp": "in_person", "Trực tuyến": "online", "Dịch vụ bưu chính": "post"}
_UNITS = {
    "Ngày làm việc": "working_day", "Ngày": "day", "Giờ": "hour", "Giờ làm việc": "working_hour",
    "Tháng": "month", "Năm": "year",
}  # fmt: skip
_LEVELS = {"Cấp xã": "commune", "Cấp tỉnh": "province", "Cấp bộ": "ministry"}
_ROLES = {
    "co_quan_thuc_hien": "performs",
    "co_quan_co_tham_quyen": "decides",
    "co_quan_duoc_uy_quyen": "authorised",
    "co_quan_phoi_hop": "coordinates",
    "dia_chi_tiep_nhan": "receives",
}
# A cell of counts: never zero-padded, the two numbers glued by a bare comma. In prose a space follows the comma.
_COUNTS = re.compile(
    r"(?:(?<=/20\d\d)|(?<!\d)(?<!\d[.,/]))(0|[1-9]\d?) bản chính(?:,(0|[1-9]\d?) bản sao)?"
    r"(?! ?(?:hoặc|và|kèm|có|để|của)\b)"
)
#: Where the next agency of a list begins: after a comma, with a word that agencies' names begin with.
_AGENCY_SEAM = re.compile(
    r", (?=(?:Bộ|Cục|Chi cục|Tổng cục|Sở|Ủy ban|Uỷ ban|UBND|Công an|Phòng|Trung tâm|Cơ quan|Chi nhánh|Văn phòng|Ban"
    r"|Ngân hàng|Thuế|Cảng|Viện|Trường|Đại sứ quán|Bảo hiểm|Thanh tra|Vụ|Tòa án|Toà án|Kho bạc|Hải quan|Bệnh viện"
    r"|Chủ tịch|Bộ phận|Đơn vị|Tổ chức|Hội đồng|Thủ tướng|Chính phủ|Các|Cấp)\b)"
)
_FILE = re.compile(r"\.(?:docx?|xlsx?|pdf|rar|zip|rtf|odt)$", re.IGNORECASE)
#: What is left of counts that could not be told from the number before them ("Mẫu số 011 bản chínhẢnh").
_COUNTS_LEFT = re.compile(r"\d bản chính(?:,\d+ bản sao)?(?=$|[^\s.,;:)\]/”\"])")
#: Where cells are glued: signs meet without the space that prose has between them ("3x4" and "VNeID" are prose).
_SEAM = re.compile(
    rf"(?<=[{SMALL}])(?<!\dx)(?<!VNe)(?=[{CAPITAL}\d])|(?<=\d)(?=[{CAPITAL}][A-Za-z])|(?<=[;:)\]”\"])(?=[^\s.,;:)])"
    r"|(?<=\.)(?![A-ZĐ]{1,4}\b)(?=[A-Za-zĐ_])|(?<=\D\.)(?=\d)"
)
#: How names of form files begin.
_FORM_NAME = re.compile(r"Mẫu|mẫu|Mau|mau|Mus|Phụ lục|Phlc|PL ?\d")
#: A file's name is hardly longer.
_LONGEST_FILE = 120
_NO_TIME = r"Không có thông tin|Không[^\d(]{0,60}?"
_MONEY = r"\d{1,3}(?:,\d{3})*(?:\.\d+)? (?:Việt Nam Đồng|VNĐ|Đô la Mỹ|USD|Euro)"
_METHOD = re.compile(
    rf"(Trực tiếp|Trực tuyến|Dịch vụ bưu chính)"
    rf"(?:({_NO_TIME})|(\d+(?:\.\d+)?)(?: ?({'|'.join(sorted(_UNITS, key=len, reverse=True))}))?)?"
    rf"(?={_MONEY}|Miễn phí|Không có thông tin)"
)
_FEE = re.compile(rf"({_MONEY}|Miễn phí|Không có thông tin)")
_RESULT = re.compile(rf"(.+?)Mã: (?:[A-Z]{{2,}}[-.\w]*?\d{{3,}}|[\w.-]*?(?=[{CAPITAL}][{SMALL}]|Từ khóa|$))", re.DOTALL)
_RESULTS_END = re.compile(r"Từ khóa|Chọn cơ quan thực hiện")
# Who issues a legal document, as its number says: where the next name begins, only knowing these tells.
_ISSUERS = "|".join(
    (
        "BNNPTNT", "BLĐTBXH", "VKSNDTC", "BVHTTDL", "UBTVQH", "TANDTC", "BGDĐT", "BNNMT", "BTNMT", "BKHCN", "BTTTT",
        "BGTVT", "BKHĐT", "BDTTG", "NHNN", "UBDT", "TTCP", "VPCP", "BHXH", "VPQH", "KTNN", "UBND", "HĐND", "TTg", "BTC",
        "BCA", "BQP", "BYT", "BNV", "BTP", "BCT", "BXD", "BNG", "BNN", "BTM", "BCN", "CP",
    )
)  # fmt: skip
_LAW_KIND = r"(?:Bộ luật|Luật|Nghị định|Nghị quyết|Thông tư(?: liên tịch)?|Quyết định|Pháp lệnh|Hiệp định)"
_SERIES = r"\d+(?:\.\d+)?/(?:\d{4}/)?"
_NEXT_NAME = rf"(?=$|[{CAPITAL}“\"][{SMALL}]|[{SMALL}“\"])"


def _law_number(group: str) -> str:
    """A pattern for a law's number that is glued to the next name; the issuer is matched whole or not at all."""
    issuer = rf"(?=(?P<{group}>{_ISSUERS}))(?P={group})"
    return (
        rf"(?:{_SERIES}(?:UBTV)?QH\d{{1,2}}{_NEXT_NAME}|{_SERIES}(?:[A-ZĐ]+-)*{issuer}(?=$|[{CAPITAL}{SMALL}“\"])"
        rf"|{_SERIES}(?:[A-ZĐ]+-)*(?!{_ISSUERS})[A-ZĐ]+?{_NEXT_NAME})"
    )


_LAW_NUMBER_IN_A_GAP = rf"{_SERIES}(?:(?:UBTV)?QH\d{{1,2}}|(?:[A-ZĐ]+-)*(?:{_ISSUERS}))(?=\s)"
# A cell is glued to the name before it or to the one after it; a number in prose has a space on both sides.
_NUMBER = re.compile(
    rf"(?:(?<=[{SMALL})”\"])|(?<=\D\.))(?:{_law_number('glued')}|{_LAW_NUMBER_IN_A_GAP})"
    rf"|(?:{_LAW_KIND}(?: số)?:? ?)?(?<!\d)(?<!\d\.){_law_number('named')}"
)
#: A name that still holds a glued number, or ends inside one: the cells around it were not told apart.
_GLUED_IN_NAME = re.compile(rf"\d/[A-ZĐ]+(?:-[A-ZĐ]+)*(?:[{CAPITAL}][{SMALL}]+ |[{SMALL}])|[{SMALL}]\d+/\d{{4}}/")
_GLUED_BEFORE = re.compile(r"(?:19|20)\d\d(?:\.(?=\d+/)|(?=\d+/))")
_KIND_BEFORE_NUMBER = re.compile(rf"^{_LAW_KIND}(?: số)?:? ?")


def read_page(page: Mapping[str, Any]) -> Record:
    """The record on a crawled page.

    Raises:
        UnreadableRecord: It has no code, no name or not the fields of a page.
    """
    code = code_in(page, "ma_thu_tuc")
    try:
        return _read(code, page)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableRecord(code, f"it has not the form of a crawled page ({error!r})") from error


def _read(code: str, page: Mapping[str, Any]) -> Record:
    groups, paper_doubts = _groups(page["thanh_phan_ho_so"] or "")
    methods, method_doubts = _methods(page["cach_thuc_thuc_hien"] or "")
    laws, law_doubts = _laws(page["can_cu_phap_ly"] or "")
    results, result_doubts = _results(page["ket_qua_xu_ly"] or "")
    return Record(
        code=code,
        name=text_in(page, "ten_thu_tuc"),
        source="page",
        formality_id=page["detail_url"].rstrip("/").rsplit("/", 1)[-1],
        fields=(one_line(page["linh_vuc"]),),
        levels=tuple(level for word, level in _LEVELS.items() if word in page["cap_thuc_hien"]),
        applicants=_listed(page["doi_tuong_thuc_hien"]),
        decision_number=_decision(page["so_quyet_dinh"]),
        agencies=tuple(_agencies(page)),
        groups=tuple(groups),
        methods=tuple(methods),
        stages=(Stage("", page["trinh_tu_thuc_hien"] or ""),),
        laws=tuple(laws),
        results=tuple(results),
        conditions=page["yeu_cau_dieu_kien"] or "",
        doubts=(*paper_doubts, *method_doubts, *law_doubts, *result_doubts),
    )


def _decision(cell: str) -> str | None:
    """The number of a decision, if the cell holds a whole one ('163/QĐ-BTP')."""
    return one_line(cell) if "/" in cell else None


def _listed(cell: str) -> tuple[str, ...]:
    """The items of a cell such as 'Doanh nghiệp, Tổ chức (không bao gồm doanh nghiệp, HTX)'."""
    items = re.split(r", (?![^(]*\))", one_line(cell))
    return tuple(dict.fromkeys(item for item in items if not says_nothing(item)))


def _agencies(page: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, role in _ROLES.items():
        cell = one_line(page[key])
        # An address is one, whatever commas it has; so may an agency's own name be ("Cục Đê điều và Phòng, chống …").
        for name in [cell] if role == "receives" else _AGENCY_SEAM.split(cell):
            if not says_nothing(name):
                yield role, name


def _groups(cell: str) -> tuple[list[PaperGroup], list[Flag]]:
    heading, *tables = cell.split(_PAPERS_HEAD)
    groups, doubts = [], []
    for table in tables:
        papers, rest = _papers(table)
        groups.append(PaperGroup("" if says_nothing(heading) else one_line(heading), tuple(papers)))
        torn = [paper.text for paper in papers if _is_torn(paper)] + [match[0] for match in _doubtful_counts(table)]
        torn += [heading] if _COUNTS_LEFT.search(heading) else []
        doubts += [Flag("glued_cells", "documents", one_line(text)[:200], True) for text in torn]
        heading = rest
    if not says_nothing(heading):
        doubts.append(Flag("glued_cells", "documents", one_line(heading)[:200], True))
    return groups, doubts


def _doubtful_counts(table: str) -> Iterator[re.Match[str]]:
    """Counts of two digits that stand alone: "Mẫu số 53 bản chính" may be 53 of them, or 3 of "Mẫu số 5"."""
    return (match for match in _COUNTS.finditer(table) if int(match[1]) > 9 and table[: match.start()][-1:].isspace())


def _papers(table: str) -> tuple[list[Paper], str]:
    """The papers of a table, and what stands after its last cell of counts: the heading of the next table."""
    papers, start = [], 0
    for match in _COUNTS.finditer(table):
        text, files = _without_files(one_line(table[start : match.start()]))
        papers.append(Paper(text, int(match[1]), int(match[2] or 0), files))
        start = match.end()
    return papers, table[start:]


def _without_files(cell: str) -> tuple[str, tuple[str, ...]]:
    """The text of a paper, and the names of the form files that are glued to it."""
    files: list[str] = []
    while (extension := _FILE.search(cell)) is not None:
        start = max(0, len(cell) - _LONGEST_FILE, cell.rfind(".doc", 0, extension.start()) + len(".doc"))
        seam = next((found.end() for found in _SEAM.finditer(cell, start, extension.start())), None)
        if not seam:
            named = list(_FORM_NAME.finditer(cell, start, extension.start()))
            seam = named[-1].start() if named else None
        if not seam:
            break
        files.insert(0, cell[seam:])
        cell = cell[:seam].rstrip()
    return cell, tuple(files)


def _is_torn(paper: Paper) -> bool:
    """Whether a cell looks like the rest of a sentence, so that a count may have stood in the prose."""
    return (
        len(paper.text) < 4
        or paper.text[:1] in ",;)"
        or re.match(r"(?:hoặc|và|để|kèm|của)\b", paper.text) is not None
        or _COUNTS_LEFT.search(paper.text) is not None
    )


def _methods(cell: str) -> tuple[list[Method], list[Flag]]:
    table = cell.replace(_METHODS_HEAD, "", 1)
    starts = list(_METHOD.finditer(table))
    methods, doubts = [], []
    if not says_nothing(table) and (not starts or one_line(table[: starts[0].start()])):
        doubts += [Flag("glued_cells", part, one_line(table)[:200], True) for part in ("deadlines", "fees")]
    ends = [*(match.start() for match in starts[1:]), len(table)]
    for match, end in zip(starts, ends, strict=False):
        rest = table[match.end() : end]
        fees, description = _fees(rest)
        if match[3] and not match[4] and rest[:1].isdigit():
            # "Trực tiếp9100,000 VNĐ": where the time ends and the amount begins, nobody can tell.
            doubts += [
                Flag("glued_cells", part, one_line(match[0] + rest)[:200], True) for part in ("deadlines", "fees")
            ]
        time = float(match[3]) if match[3] else None
        methods.append(Method(_CHANNELS[match[1]], time, _UNITS.get(match[4] or ""), description, tuple(fees)))
    return methods, doubts


def _fees(text: str) -> tuple[list[PublishedFee], str]:
    """The fee cells at the beginning of a text, and the description after them."""
    fees: list[PublishedFee] = []
    while (match := _FEE.match(text)) is not None:
        text = text[match.end() :]
        words, text = _in_brackets(text)
        number, _, currency = match[1].partition(" ")
        is_money = number[:1].isdigit()
        fees.append(
            PublishedFee(
                "fee",
                float(number.replace(",", "")) if is_money else (0 if match[1] == "Miễn phí" else None),
                currency if is_money else "",
                one_line(words),
            )
        )
    return fees, one_line(text)


def _in_brackets(text: str) -> tuple[str, str]:
    """The words in the brackets that a text begins with, nested ones included, and the rest."""
    if not text.startswith("("):
        return "", text
    depth = 0
    for position, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            return text[1:position], text[position + 1 :]
    return text[1:], ""


def _results(cell: str) -> tuple[list[str], list[Flag]]:
    table = _RESULTS_END.split(cell, maxsplit=1)[0]
    results = [one_line(match[1]) for match in _RESULT.finditer(table)]
    if says_nothing(table) or results:
        return results, []
    return [], [Flag("glued_cells", "results", one_line(table)[:200], True)]


def _laws(cell: str) -> tuple[list[Law], list[Flag]]:
    table = one_line(cell)
    if says_nothing(table):
        return [], []
    if not table.startswith(_LAWS_HEAD):
        return [], [Flag("glued_cells", "legal_basis", table[:200], True)]
    laws: list[Law] = []
    start = len(_LAWS_HEAD)
    for match in _NUMBER.finditer(table, start):
        name, number = table[start : match.start()], _KIND_BEFORE_NUMBER.sub("", match[0])
        glued = _GLUED_BEFORE.match(number)
        if name.endswith("QH") or glued:  # "Luật 60/2014/QH1360/2014/QH13", "năm 202068/2020/QH14"
            seam = glued.end() if glued else len("13")
            name, number = name + number[:seam], number[seam:]
        name, start = name.strip(), match.end()
        if name or not laws or laws[-1].number != number:  # a name that is only the number stands twice
            laws.append(Law(number, name))
    torn = [law for law in laws if _GLUED_IN_NAME.search(law.name)]
    if torn or not laws or table[start:].strip():
        return laws, [Flag("glued_cells", "legal_basis", (torn[0].name if torn else table[start:])[:200], True)]
    return laws, []
