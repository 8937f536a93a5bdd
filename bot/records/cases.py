"""Headings over groups of papers: which of them are cases, which say what to do with the papers, which say nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.procedures.model import CaseAnswer, CaseQuestion
from bot.records.prose import capitalised, one_line, without_bullet

CASE = "case"
#: A button shows no more.
LONGEST_LABEL = 60
#: A longer heading is a rule.
LONGEST_HEADING = 300

_EXEMPTS = re.compile(r"không (?:cần|phải|yêu cầu) (?:nộp|gửi|cung cấp)|được miễn", re.IGNORECASE)
_SHOW = re.compile(r"xuất trình", re.IGNORECASE)
_SUBMIT = re.compile(r"(?:phải|cần) nộp|giấy tờ nộp", re.IGNORECASE)
_NOTE = re.compile(r"^(?:lưu ý|ghi chú|chú ý|ghi nhớ)", re.IGNORECASE)
_EMPTY = re.compile(
    r"^(?:(?:các )?thành phần(?: và số lượng)?(?: của)? hồ sơ|hồ sơ(?: gồm| bao gồm)?|giấy tờ|mặc định|default"
    r"|(?:số lượng hồ sơ.*)|bộ hồ sơ.{0,12})(?:[,;]? (?:bao )?gồm(?: có)?)?$",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"^(?:(?:thành phần )?hồ sơ (?:đề nghị .{0,80})?)?(?:(?:đối với|trong|khi|áp dụng)(?: (?:cho|các|những))? )?"
    r"(?:trường hợp|đối với)\b[: ]*(?:các )?(?:trường hợp )?",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r"[,;:]?\s*(?:thì )?(?:thành phần )?(?:hồ sơ |giấy tờ )?(?:bao )?gồm(?: có)?(?: các giấy tờ sau)?$", re.IGNORECASE
)

_NAME = re.compile(r"Việt|Nhà nước|Giấy|Hà |Ủy|Bộ |Sở ")


@dataclass(frozen=True)
class Heading:
    """What a heading over papers says; at most one of ``case`` and ``label`` is set.

    Attributes:
        action: What is done with the papers: submit, show, or note where they are no papers at all.
        case: The case the papers belong to, in words that complete 'Trường hợp …'.
        label: A heading that is no case, shown as it is.
        is_rule: Whether it is a sentence of its own: which papers it is about cannot be told.
    """

    action: str = "submit"
    case: str | None = None
    label: str | None = None
    is_rule: bool = False


def read_heading(text: str) -> Heading:
    """What a heading says."""
    bare = without_bullet(one_line(text)).rstrip(" :.;,-")
    if not bare or _EMPTY.fullmatch(bare):
        return Heading()
    if _NOTE.match(bare):
        return Heading(action="note")
    if len(bare) > LONGEST_HEADING or _EXEMPTS.search(bare):
        return Heading(label=capitalised(bare), is_rule=True)
    action = "show" if _SHOW.search(bare) and not _SUBMIT.search(bare) else "submit"
    case = _CASE.match(bare)
    if case and len(bare) > case.end() + 2:
        return Heading(action, case=_decapitalised(_LISTING.sub("", bare[case.end() :])))
    if (_SUBMIT.search(bare) or action == "show") and len(bare) < LONGEST_LABEL:
        return Heading(action)
    return Heading(action, label=capitalised(_LISTING.sub("", bare) or bare))


def case_question(cases: Sequence[str], question: str) -> tuple[CaseQuestion, list[CaseAnswer]]:
    """The question that tells the cases of a record apart, and its answers, whose keys are their numbers from 1."""
    answers = [
        CaseAnswer(CASE, f"c{number}", label, case)
        for number, (case, label) in enumerate(zip(cases, _labels(cases), strict=True), start=1)
    ]
    return CaseQuestion(CASE, question), answers


def _labels(cases: Sequence[str]) -> list[str]:
    """A short label for each case; those that would read alike are numbered."""
    labels = [_cut(capitalised(case), LONGEST_LABEL) for case in cases]
    if len(set(labels)) == len(labels):
        return labels
    return [_cut(f"{number}. {capitalised(case)}", LONGEST_LABEL) for number, case in enumerate(cases, start=1)]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 2].rsplit(' ', 1)[0]} …"


def _decapitalised(text: str) -> str:
    """The text to go on a sentence with; names and abbreviations keep their capital."""
    first, _, _ = text.partition(" ")
    if (len(first) > 1 and first.isupper()) or _NAME.match(text):
        return text
    return text[:1].lower() + text[1:]
