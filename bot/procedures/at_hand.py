"""Which papers a citizen says to have, and what is still missing for a procedure (word lists in at_hand.yml).

Careful on one side: a paper counts as held only where that is beyond doubt, and stays to get otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from bot.language.normalise import normalise
from bot.language.text import fold
from bot.procedures import paper_words, yes_no
from bot.procedures.model import Document, DocumentNote, Form, Procedure
from bot.procedures.paper_words import (
    COPY,
    EXPIRED,
    HELD,
    LACKING,
    LOST,
    UNCLEAR,
    UNCONFIRMED,
    Statement,
    begins_with,
    lexemes,
    row_phrases,
    words_in,
    words_of,
)

#: A paper that no row asks for is told by a name of at most so many words.
LONGEST_NAME = 8

#: What is told of a paper more than once: the first of these counts.
_WORST_FIRST = (LOST, EXPIRED, UNCONFIRMED, COPY, LACKING, UNCLEAR, HELD)
_DOUBTS = _WORST_FIRST[:4]


@dataclass(frozen=True)
class AtHand:
    """The papers of a procedure by what the citizen said of them; documents by their keys.

    Attributes:
        held: At hand and of the right kind.
        doubtful: At hand but not as needed, with the reason: copy, expired, unconfirmed or lost.
        lacking: Said not to be there.
        unclear: Perhaps meant by a paper that the citizen has.
        others: The names of papers at hand that no row asks for.
    """

    held: tuple[str, ...] = ()
    doubtful: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def with_earlier(self, held: Iterable[str]) -> AtHand:
        """The same with papers that the citizen spoke of before, unless they are taken back now."""
        taken_back = {*self.lacking, *self.unclear, *(key for key, _ in self.doubtful)}
        both = dict.fromkeys((*held, *self.held))
        return replace(self, held=tuple(key for key in both if key not in taken_back))


@dataclass(frozen=True)
class ToGet:
    """A paper still to get: its row, what is wrong with the one at hand (empty for none there), and its form."""

    document: Document
    reason: str
    form: Form | None

    @property
    def is_sure(self) -> bool:
        """Whether it is needed in every case."""
        return is_sure(self.document)


def is_sure(document: Document) -> bool:
    """Whether a paper is needed whatever is still open."""
    return not (document.when or document.condition or document.heading)


def read(procedure: Procedure, text: str) -> AtHand:
    """What a text says of the papers of a procedure.

    Args:
        procedure: The procedure, narrowed to the citizen's case by :func:`bot.procedures.cases.select`.
        text: What the citizen typed, or the papers ticked, named word for word.
    """
    account = paper_words.read(text, procedure.documents)
    told: dict[str, dict[tuple[str, ...], str]] = {}
    others: dict[str, None] = {}
    for statement in account.statements:
        matched = _Match(procedure, statement)
        for key, state in matched.states():
            by_words = told.setdefault(key, {})
            by_words[matched.words] = _worst((by_words.get(matched.words, HELD), state))
        others |= dict.fromkeys(matched.others())
    rest = HELD if account.everything else LACKING if account.nothing else ""
    states = {row.key: _state(row, told[row.key]) if row.key in told else rest for row in procedure.documents}
    return AtHand(
        held=_having(states, HELD),
        doubtful=tuple((key, state) for key, state in states.items() if state in _DOUBTS),
        lacking=_having(states, LACKING),
        unclear=_having(states, UNCLEAR),
        others=tuple(others),
    )


def missing(procedure: Procedure, at_hand: AtHand) -> tuple[ToGet, ...]:
    """The papers still to get: first those surely needed, then those of open cases and of conditions."""
    reasons = dict(at_hand.doubtful) | dict.fromkeys(at_hand.unclear, UNCLEAR)
    forms = {form.key: form for form in procedure.forms}
    rows = [row for row in procedure.documents if row.key not in at_hand.held]
    return tuple(
        ToGet(
            document=row,
            reason=reasons.get(row.key, ""),
            form=forms.get(row.form or ""),
        )
        for row in sorted(rows, key=lambda row: not is_sure(row))
    )


def notes_on_kinds(procedure: Procedure, at_hand: AtHand) -> tuple[DocumentNote, ...]:
    """What the record says of copies and certification, where a paper at hand is not of the right kind."""
    if not {COPY, UNCONFIRMED} & {reason for _, reason in at_hand.doubtful}:
        return ()
    return tuple(note for note in procedure.document_notes if _says("kinds", note.text))


def _state(row: Document, by_words: Mapping[tuple[str, ...], str]) -> str:
    """What holds of a row after all that was said; of a choice of papers, one that is held is enough."""
    is_choice = begins_with("any_of", row.name) or " hoặc " in row.name
    return HELD if is_choice and HELD in by_words.values() else _worst(by_words.values())


def _worst(states: Iterable[str]) -> str:
    return min(states, key=_WORST_FIRST.index)


def _having(states: Mapping[str, str], state: str) -> tuple[str, ...]:
    return tuple(key for key, own in states.items() if own == state)


# -- rows -------------------------------------------------------------------------------------------------------------


class _Match:
    """The rows that a statement may be about."""

    def __init__(self, procedure: Procedure, statement: Statement) -> None:
        self._procedure, self._statement = procedure, statement
        lexemes = statement.piece.lexemes
        self._typed = [lexeme for lexeme in statement.piece.content if lexeme.kind != "row"]
        self._content = tuple(word for lexeme in self._typed for word in lexeme.folded.split())
        self._owners = {lexeme.kind for lexeme in lexemes if lexeme.kind.startswith("owner")}
        keys = {key for lexeme in lexemes for key in lexeme.keys}
        self._named = [row for row in procedure.documents if row.key in keys]
        self._meant = [] if self._named else self._candidates()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that name the paper."""
        return (*self._content, *(row.key for row in self._named))

    def states(self) -> Iterator[tuple[str, str]]:
        """Each row's key, with what is said of it."""
        state = self._statement.state
        if not state:
            return
        if self._named:
            surely = all(self._is_only(row) for row in self._named)
            rows = self._named
        else:
            rows = [row for row in self._meant if self._is_of(row)] or self._meant
            surely = _are_one(rows) and all(self._is_of(row) for row in rows)
        for row in rows or self._perhaps():
            yield row.key, self._judge(row) if rows and (surely or state == LACKING) else UNCLEAR

    def others(self) -> Iterator[str]:
        """The name of the paper at hand that no row asks for."""
        if self._statement.state != HELD or self._named or self._meant or not self._content:
            return
        paper, rest = _paper(self._content)
        if paper is not None and not rest:
            if not any(_touches(paper, text) for text in self._texts()):
                yield paper.name
        elif self._content[0] in words_of("paper_words") and self._is_plain():
            yield " ".join(lexeme.typed for lexeme in self._typed)

    def _perhaps(self) -> list[Document]:
        """The one row that may stand for a known paper without naming it."""
        paper, rest = _paper(self._content)
        if self._statement.state != HELD or paper is None or rest:
            return []
        rows = [row for row in self._procedure.documents if _touches(paper, f"{row.name} {row.note or ''}")]
        return rows if len(rows) == 1 else []

    def _texts(self) -> Iterator[str]:
        """All that is said of papers in the rows."""
        for row in self._procedure.documents:
            yield f"{row.name} {row.note or ''} {row.condition or ''}"
        yield from (note.text for note in self._procedure.document_notes)

    def _is_plain(self) -> bool:
        has_digits = any(char.isdigit() for word in self._content for char in word)
        return 1 < len(self._content) <= LONGEST_NAME and not has_digits and not set(self._content) <= _generic()

    def _is_only(self, row: Document) -> bool:
        """Whether nothing else is said beside a row's own name."""
        beside = set(self._content) <= set(words_in(row.name)) | words_of("kinds")
        return beside and self._is_of(row)

    def _is_of(self, row: Document) -> bool:
        """Whether it can be the paper of those whom the citizen says it is of."""
        owners = _owners(row.name)
        if owners:
            return self._owners <= owners
        return self._owners <= _owners(f"{self._procedure.name}. {self._procedure.summary}") - {"owner other"}

    def _candidates(self) -> list[Document]:
        if not self._content or set(self._content) <= words_of("kinds") | words_of("lead"):
            return []
        rows = [row for row in self._procedure.documents if self._may_be(row)]
        return next(
            (nearer for length in (None, len(self._content)) if (nearer := self._beginning(rows, length))), rows
        )

    def _beginning(self, rows: Sequence[Document], length: int | None) -> list[Document]:
        """The rows whose names, or so many first words of them, are the words said."""
        said = _bare(self._content)
        return [row for row in rows if any(_bare(part[:length]) == said for part in _parts(row.name))]

    def _may_be(self, row: Document) -> bool:
        name = set(words_in(f"{row.name} {row.note or ''}"))
        if any(char.isdigit() for word in self._content for char in word if word not in name):
            return False
        return any(self._shortens(part) for part in _parts(row.name)) or self._is_known_as(row, name)

    def _shortens(self, part: tuple[str, ...]) -> bool:
        """Whether the words are some of a name's, in order and from its beginning, and tell enough."""
        said, name = _bare(self._content), _bare(part)
        if not said or not name or said[0] != name[0] or set(said) <= _generic():
            return False
        words = iter(name)
        if not all(word in words for word in said):
            return False
        beyond = next((name[place:] for place, word in enumerate(name) if word == "va"), ())
        is_two_papers = len(beyond) > 1 and beyond[1] in words_of("kinds")
        return not is_two_papers or any(word in said for word in beyond if word not in _generic())

    def _is_known_as(self, row: Document, name: set[str]) -> bool:
        paper, rest = _paper(self._content)
        return paper is not None and rest <= name and any(_is_paper(paper, part) for part in _parts(row.name))

    def _judge(self, row: Document) -> str:
        """What a statement that is surely about a row makes of it."""
        state, qualities = self._statement.state, self._statement.qualities
        if state != HELD:
            return UNCLEAR if "original" in qualities and _takes_copies(row) else state
        if "faulty" in qualities:
            return UNCLEAR
        if EXPIRED in qualities:
            return HELD if _says("old", row.name) else EXPIRED
        certified = _is_certified(row, row.name)
        if UNCONFIRMED in qualities:
            return self._judge_unconfirmed(row, certified)
        if COPY in qualities and "original" not in qualities:
            return _judge_copy(row, "confirmed" in qualities)
        if certified and "confirmed" not in qualities and not self._named:
            return UNCLEAR
        return HELD

    def _judge_unconfirmed(self, row: Document, certified: bool) -> str:
        if certified or row.form or any(one.document == row.key for one in self._procedure.confirmations):
            return UNCONFIRMED
        if COPY in self._statement.qualities:
            return _judge_copy(row, False)
        return HELD if _takes_copies(row) or _is_spared(row) else UNCLEAR


def _judge_copy(row: Document, is_certified: bool) -> str:
    if not _takes_copies(row):
        return COPY if row.originals else UNCLEAR
    return HELD if is_certified or not _is_certified(row, f"{row.name} {row.note or ''}") else UNCONFIRMED


def _takes_copies(row: Document) -> bool:
    is_told = _says("copy_will_do", f"{row.name} {row.note or ''}") or fold(row.name).startswith("ban sao")
    return is_told or (row.copies > 0 and row.originals == 0)


def _is_certified(row: Document, text: str) -> bool:
    return _says("certified", text) and not _is_spared(row)


def _is_spared(row: Document) -> bool:
    return yes_no.row_phrases("uncertified").search(fold(f"{row.name} {row.note or ''}")) is not None


def _says(key: str, text: str) -> bool:
    return row_phrases(key).search(fold(text)) is not None


def _touches(paper: yes_no.Paper, text: str) -> bool:
    folded = fold(text)
    return any(pattern is not None and pattern.search(folded) for pattern in (paper.rows, paper.covered))


def _are_one(rows: Sequence[Document]) -> bool:
    """Whether rows name one paper, or papers of which only one can be needed."""
    return all(one.name == other.name or _exclude(one, other) for one, other in combinations(rows, 2))


def _exclude(one: Document, other: Document) -> bool:
    """Whether no case needs both."""
    return any(set(answers).isdisjoint(other.when.get(key, answers)) for key, answers in one.when.items())


@lru_cache(maxsize=4096)
def _owners(text: str) -> frozenset[str]:
    return frozenset(lexeme.kind for lexeme in lexemes(text, ()) if lexeme.kind.startswith("owner"))


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[tuple[str, ...], ...]:
    """The papers that a row names, any one of which will do: mostly one, its whole name without what is in brackets."""
    text = normalise(name)
    opens = begins_with("any_of", text)
    if opens:
        parts = re.split(r"[(),;:]|\bhoặc\b", text)
    else:
        text = re.sub(r"\([^)]*\)", " ", text)
        parts = [text, *(re.split(r"[,;:]|\bhoặc\b", text) if "hoặc" in text else ())]
    parts += [text[found.start() :] for found in re.finditer("chứng minh", text)]
    return tuple(words for part in parts if (words := tuple(fold(part).split())))


def _bare(words: Sequence[str]) -> tuple[str, ...]:
    """The words of a name from where it begins to tell: without how many, copy or original, and "giấy"."""
    joined = [word for word in re.sub(r"\bto khai\b", "to_khai", " ".join(words)).split() if word != "cua"]
    ahead = words_of("lead") | words_of("kinds")
    while len(joined) > 1 and (joined[0] in ahead or joined[0].isdigit()):
        joined.pop(0)
    return tuple(joined)


def _generic() -> frozenset[str]:
    return words_of("generic") | {"to_khai"}


def _paper(content: Sequence[str]) -> tuple[yes_no.Paper | None, set[str]]:
    """The known paper that words name, and the words beside its name."""
    said = " ".join(content)
    found = [(match, paper) for paper in yes_no.papers() for match in paper.said.finditer(said)]
    if not found:
        return None, set()
    match, paper = max(found, key=lambda pair: len(pair[0][0]))
    beside = f"{said[: match.start()]} {said[match.end() :]}".split()
    return paper, set(beside) - words_of("kinds") - words_of("lead")


def _is_paper(paper: yes_no.Paper, part: tuple[str, ...]) -> bool:
    """Whether a row's name begins with a known paper."""
    name = " ".join(part)
    match = paper.said.search(name) or paper.rows.search(name)
    ahead = words_of("before_row_words") | words_of("lead")
    return match is not None and all(word in ahead or word.isdigit() for word in name[: match.start()].split())
