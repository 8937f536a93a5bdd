"""The published course of a procedure → steps, if it has a clear structure; prose that is scrambled is withheld."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.procedures.model import Flag, Step
from bot.records.prose import SMALL, capitalised, lines, one_line, says_nothing, shortened
from bot.records.record import Stage

#: A step in a chat says no more, in characters.
LONGEST_STEP = 420
MOST_STEPS = 12
#: How records number their steps: each pattern's first group is the number, sign or letter.
_NUMBERINGS = (
    re.compile(r"^(?:[-–+*•]\s*)?(?:[a-zđ]\)\s*)?Bước\s*(\d{1,2})\s*[.:)–-]*\s*(.*)$", re.IGNORECASE),
    re.compile(r"^\(?([a-zđ])\)\s*(.*)$"),
    re.compile(r"^(\d{1,2})[.)](?!\d)\s*(.*)$"),
    re.compile(r"^(-|–|•|\*)\s*(.*)$"),
)
_LETTERS = "abcdđeghiklmn"
#: What stands before the first step and says nothing.
_INTRODUCTION = re.compile(
    r"^(?:\*|\d\.)?\s*(?:trình tự(?: thực hiện)?|nộp hồ sơ(?: tthc)?|cách thức thực hiện)?\s*:?$", re.IGNORECASE
)
_GLUED_INTRODUCTION = re.compile(
    r"^(?:trình tự thực hiện|nộp hồ sơ(?: tthc)?)[:.]?\s+(?=(?:[-+] )?bước 1|1[.)]|\(?a\))", re.IGNORECASE
)
_GLUED_STEP = re.compile(r"(?<=[^\s–+*•-])\s*(?=(?:[-–+*•] )?Bước \d{1,2}\s*[:.])|(?<=[.;])(?=[b-h]\) )")
_BULLET = re.compile(r"^(?:[-–+*•(]|\d{1,2}[.)]|[a-zđ]\)|[ivx]+\))", re.IGNORECASE)
_ENDS_OPEN = re.compile(rf"[{SMALL}]$")
_BEGINS_SMALL = re.compile(rf"^[{SMALL}]")
_DISTRICT = re.compile(r"cấp huyện|\bhuyện\b", re.IGNORECASE)


def read_steps(stages: Sequence[Stage]) -> tuple[list[Step], list[Flag]]:
    """The steps of a record.

    Returns:
        Steps without an actor of their own (``who`` is empty: the text names it), and what was dubious. Steps are given
        only if the record numbers them, or has several stages.
    """
    texts = [_with_title(stage) for stage in stages]
    whole = "\n".join(texts)
    if says_nothing(whole):
        return [], []
    flags = _scrambled(whole)
    if _DISTRICT.search(whole):
        flags.append(Flag("district_mentioned", "steps", _around(_DISTRICT, whole), True))
    steps = _numbered(lines(_GLUED_STEP.sub("\n", _GLUED_INTRODUCTION.sub("", whole)))) or (
        [one_line(text) for text in texts] if len(texts) > 1 else []
    )
    if not steps:
        flags.append(Flag("steps_unstructured", "steps", one_line(whole)[:200], True))
    kept = [
        Step(number, "", capitalised(shortened(text, LONGEST_STEP)))
        for number, text in enumerate(steps[:MOST_STEPS], start=1)
    ]
    return kept, flags


def _with_title(stage: Stage) -> str:
    title = "" if says_nothing(stage.title) or stage.title.lower() == "mặc định" else stage.title
    return f"{title}\n{stage.text}" if title else stage.text


def _numbered(text_lines: Sequence[str]) -> list[str]:
    """The texts of steps that are numbered, lettered or bulleted throughout, or nothing."""
    if text_lines and _INTRODUCTION.match(text_lines[0]):
        text_lines = text_lines[1:]
    for numbering in _NUMBERINGS:
        if text_lines and numbering.match(text_lines[0]):
            return _split(text_lines, numbering)
    return []


def _split(text_lines: Sequence[str], numbering: re.Pattern[str]) -> list[str]:
    steps: list[list[str]] = []
    for line in text_lines:
        head = numbering.match(line)
        if head is None:
            steps[-1].append(line)
        elif _follows(head[1].lower(), len(steps)):
            steps.append([head[2]] if head[2] else [])
        else:
            return []
    return [one_line(" ".join(parts)) for parts in steps] if 1 < len(steps) <= MOST_STEPS and all(steps) else []


def _follows(sign: str, count: int) -> bool:
    """Whether a number, letter or bullet is the next after so many steps."""
    if sign.isdigit():
        return int(sign) == count + 1
    return not sign.isalpha() or (count < len(_LETTERS) and sign == _LETTERS[count])


def _scrambled(text: str) -> list[Flag]:
    """A flag for each place where a line breaks off inside a phrase and the next goes on with another."""
    found = []
    text_lines = lines(text)
    for line, following in pairwise(text_lines):
        if _ENDS_OPEN.search(line) and _BEGINS_SMALL.match(following) and not _BULLET.match(following):
            found.append(Flag("scrambled", "steps", f"{line[-80:]} ⏎ {following[:80]}", True))
    return found[:1]


def _around(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match is not None
    return one_line(text[max(0, match.start() - 80) : match.end() + 80])
