"""Lists of papers as published → documents by case, with counts, forms and notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.procedures.model import CaseAnswer, CaseQuestion, Document, DocumentNote, Flag, Form, When
from bot.records import cases
from bot.records.cases import CASE, Heading, read_heading
from bot.records.prose import capitalised, shortened, without_bullet
from bot.records.record import Paper, PaperGroup

_FORM_NUMBER = re.compile(
    r"\b((?:[Mm]ẫu|[Bb]iểu mẫu|[Pp]hụ lục)(?: số)?:? "
    r"(?:(?=[A-ZĐ0-9./-]*\d)[A-ZĐ0-9]+(?:[./-][A-ZĐ0-9]+)*|[IVX]+(?:\.\d+)?\b))"
)
_EFORM = re.compile(r"điện tử tương tác", re.IGNORECASE)
# No paper but a rule about papers, whatever its count.
_SURE_RULE = re.compile(
    r"^(?:lưu ý|ghi chú|chú ý|số lượng(?: hồ sơ)?\b|số bộ|có thể (?:sử dụng|nộp|gửi)"
    r"|yêu cầu (?:doanh nghiệp|người|tổ chức)|(?:thành phần )?hồ sơ (?:bao )?gồm\b.{0,20}:?$)",
    re.IGNORECASE,
)
# The same if it is counted 0, and a whole sentence.
_RULE = re.compile(
    r"^(?:lưu ý|ghi chú|chú ý|\*|đối với giấy tờ|người (?:tiếp nhận|yêu cầu|nộp|có yêu cầu)|cá nhân có quyền"
    r"|cơ quan|khi nộp|trường hợp)",
    re.IGNORECASE,
)
_LEADS_ON = re.compile(r"(?:sau(?: đây)?|gồm(?: có)?|bao gồm|sau)\s*:?$|:$")
_FOOTNOTE_NUMBER = re.compile(r"(?<=[.;)\w])\s+\d$")
LONGEST_FORM_NAME = 160


@dataclass
class Papers:
    """What a record's lists of papers become."""

    documents: list[Document] = field(default_factory=list)
    notes: list[DocumentNote] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    questions: list[CaseQuestion] = field(default_factory=list)
    answers: list[CaseAnswer] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)


def read_papers(groups: Sequence[PaperGroup], question: str) -> Papers:
    """The documents, notes and forms in a record's lists, with the case question that selects among them.

    Args:
        groups: The lists, with their headings.
        question: How to ask which case it is.
    """
    result = Papers()
    headings = [read_heading(group.heading) for group in groups]
    result.flags += [
        Flag("case_unclear", "documents", group.heading[:200], True)
        for group, heading in zip(groups, headings, strict=True)
        if heading.is_rule
    ]
    names = list(dict.fromkeys(heading.case for heading in headings if heading.case))
    if len(names) > 1:
        asked, answers = cases.case_question(names, question)
        result.questions.append(asked)
        result.answers += answers
    for group, heading in zip(groups, headings, strict=True):
        when: When = {CASE: (f"c{names.index(heading.case) + 1}",)} if heading.case and len(names) > 1 else {}
        _add_group(result, group, heading, when)
    if not result.documents and any(group.papers for group in groups):
        result.flags.append(Flag("no_paper_readable", "documents", groups[0].papers[0].text[:200], True))
    return result


def _add_group(result: Papers, group: PaperGroup, heading: Heading, when: When) -> None:
    condition = heading.case if heading.case and not when else None
    for paper in group.papers:
        text = capitalised(without_bullet(_FOOTNOTE_NUMBER.sub("", paper.text)))
        if len(text) < 2:
            continue
        if heading.action == "note" or _is_rule(paper, text):
            if not _LEADS_ON.search(text):
                result.notes.append(DocumentNote(text))
            continue
        document = Document(
            key=f"d{len(result.documents) + 1}",
            name=text,
            action=heading.action,
            originals=paper.originals or 0,
            copies=paper.copies or 0,
            form=_form(result, paper, text),
            when=when,
            condition=condition,
            heading=heading.label,
        )
        if not _stands_already(result.documents, document):
            result.documents.append(document)


def _is_rule(paper: Paper, text: str) -> bool:
    if _SURE_RULE.match(text):
        return True
    if paper.originals or paper.copies:
        return False
    return _RULE.match(text) is not None or _LEADS_ON.search(text) is not None


def _stands_already(documents: Iterable[Document], new: Document) -> bool:
    return any(replace(old, key=new.key) == new for old in documents)


def _form(result: Papers, paper: Paper, text: str) -> str | None:
    """The key of the form that a paper is filled in on, made if the record attaches or names one."""
    numbered = _FORM_NUMBER.search(text)
    if (
        not paper.files
        and not (numbered and re.search(r"theo mẫu|mẫu|tờ khai|đơn", text, re.IGNORECASE))
        and not _EFORM.search(text)
    ):
        return None
    form = Form(f"f{len(result.forms) + 1}", shortened(text, LONGEST_FORM_NAME), numbered[1] if numbered else None)
    known = next((old.key for old in result.forms if (old.name, old.number) == (form.name, form.number)), None)
    if known is None:
        result.forms.append(form)
    return known or form.key
