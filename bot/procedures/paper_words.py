"""What a text says of papers: which it names, and whether they are at hand, lost, copies … (words in at_hand.yml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.language.normalise import normalise
from bot.language.text import fold, is_unmarked, unify_tone_marks
from bot.procedures import yes_no
from bot.procedures.model import Document

DATA = Path(__file__).with_name("at_hand.yml")

LOST, LACKING, EXPIRED, UNCONFIRMED, COPY, UNCLEAR, HELD = (
    "lost",
    "lacking",
    "expired",
    "unconfirmed",
    "copy",
    "unclear",
    "held",
)
# -- words ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Token:
    """A word with and without its marks, or a sign that separates."""

    typed: str
    folded: str
    sign: str = ""


@dataclass(frozen=True)
class Lexeme:
    """One or more words of a text and what they are: a phrase of at_hand.yml, a paper, a row, a word or a sign."""

    kind: str
    typed: str
    folded: str
    keys: tuple[str, ...] = ()


_PIECES_OF_TEXT = re.compile(r"(?P<word>[^\W_]+)|(?P<sign>\n|[?.!…,;:+&•–()\[\]]|(?<=\s)-(?=\s)|^-)", re.MULTILINE)
_SIGNS = {"?": "?", ".": ".", "!": ".", "…": ".", ":": ":", "\n": "\n"}


@lru_cache(maxsize=1024)
def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(_read_tokens(normalise(text)))


def _read_tokens(text: str) -> Iterator[_Token]:
    for match in _PIECES_OF_TEXT.finditer(text):
        if match["sign"]:
            yield _Token(match[0], "", _SIGNS.get(match[0], ","))
        elif folded := fold(match[0]).replace(" ", ""):
            yield _Token(match[0].lower(), folded)


def words_in(text: str) -> tuple[str, ...]:
    """The words of a text in standard spelling, unmarked."""
    return tuple(token.folded for token in _tokens(text) if not token.sign)


def lexemes(text: str, documents: Sequence[Document]) -> list[Lexeme]:
    """The text as lexemes; rows named word for word come before anything else."""
    tokens = _tokens(text)
    loose = is_unmarked(text)
    rows = _rows_named(tokens, documents)
    found: list[Lexeme] = []
    place = 0
    while place < len(tokens):
        length, keys = rows.get(place, (0, ()))
        if keys:
            lexeme = _lexeme("row", tokens[place : place + length], keys)
        elif tokens[place].sign:
            length, lexeme = 1, Lexeme(tokens[place].sign, "", "")
        else:
            limit = next((later for later in range(place, len(tokens)) if tokens[later].sign or later in rows), None)
            length, kind = _phrase_at(tokens[place:limit], loose)
            lexeme = _lexeme(kind, tokens[place : place + length])
        found.append(lexeme)
        place += length
    return found


def _lexeme(kind: str, tokens: Sequence[_Token], keys: tuple[str, ...] = ()) -> Lexeme:
    words = [token for token in tokens if not token.sign]
    return Lexeme(kind, " ".join(word.typed for word in words), " ".join(word.folded for word in words), keys)


def _rows_named(tokens: Sequence[_Token], documents: Sequence[Document]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Where rows are named word for word, longest names first: place → number of tokens and the rows' keys."""
    places = [place for place, token in enumerate(tokens) if not token.sign]
    words = [tokens[place].folded for place in places]
    names: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in documents:
        own = words_in(row.name)
        names[own] = (*names.get(own, ()), row.key)
    found: dict[int, tuple[int, tuple[str, ...]]] = {}
    taken: set[int] = set()
    for name in sorted(filter(None, names), key=len, reverse=True):
        for start in range(len(words) - len(name) + 1):
            span = range(start, start + len(name))
            if tuple(words[start : span.stop]) == name and taken.isdisjoint(span):
                taken |= set(span)
                found[places[start]] = (places[span.stop - 1] - places[start] + 1, names[name])
    return found


def _phrase_at(tokens: Sequence[_Token], loose: bool) -> tuple[int, str]:
    """The longest phrase that tokens begin with, as its length and kind; a single word of no kind otherwise.

    A phrase ends before a paper whose first word it would take: "có căn cước" does not ask "có cần".
    """
    for length in range(min(_phrases()[1], len(tokens)), 0, -1):
        kind = _kind(tokens[:length], loose)
        if kind and (length == 1 or kind == "paper" or not _begins_paper(tokens[length - 1 :], loose)):
            return length, kind
    return 1, "word"


def _begins_paper(tokens: Sequence[_Token], loose: bool) -> bool:
    longest = min(_phrases()[1], len(tokens))
    return any(_kind(tokens[:length], loose) == "paper" for length in range(2, longest + 1))


def _kind(tokens: Sequence[_Token], loose: bool) -> str:
    """The kind of the phrase that tokens are, as they stand or typed without marks; empty for none."""
    for marked, kind in _phrases()[0].get(tuple(token.folded for token in tokens), ()):
        if all(_is_said(token, word, loose or len(tokens) > 1) for token, word in zip(tokens, marked, strict=True)):
            return kind
    return ""


def _is_said(token: _Token, marked: str, loose: bool) -> bool:
    return token.typed == marked or (loose and token.typed.isascii())


@cache
def _phrases() -> tuple[Mapping[tuple[str, ...], list[tuple[list[str], str]]], int]:
    """Phrases by their unmarked words, each with its marked words and kind; and the length of the longest."""
    table: dict[tuple[str, ...], list[tuple[list[str], str]]] = {}
    for kind, phrase in _all_phrases():
        words = unify_tone_marks(str(phrase).lower()).split()
        table.setdefault(tuple(map(fold, words)), []).append((words, kind))
    return table, max(map(len, table))


def _all_phrases() -> Iterator[tuple[str, str]]:
    for kind, phrases in _data()["phrases"].items():
        yield from ((kind, phrase) for phrase in phrases)
    for group, phrases in _data()["owners"].items():
        yield from ((f"owner {group}", phrase) for phrase in phrases)
    yield from (("paper", saying) for paper in yes_no.papers() for saying in paper.sayings)


@cache
def _data() -> Mapping[str, Any]:
    return dict(YAML(typ="safe").load(DATA.read_text(encoding="utf-8")))


@cache
def words_of(key: str) -> frozenset[str]:
    """The unmarked words of a list of at_hand.yml."""
    return frozenset(word for phrase in _data()[key] for word in fold(str(phrase)).split())


def begins_with(key: str, text: str) -> bool:
    """Whether a text begins with one of a list of phrases of at_hand.yml."""
    return fold(text).startswith(tuple(fold(phrase) for phrase in _data()[key]))


# -- statements -------------------------------------------------------------------------------------------------------

_STATES = (LOST, LACKING, HELD)
_QUALITIES = (EXPIRED, UNCONFIRMED, COPY, "faulty", "valid", "confirmed", "original")
_CONTENT = ("row", "paper", "words", "word")
_ENDS = (".", "?", "\n")
_LINKS = (",", ":", "joins", "turns", "closing", *_ENDS)


@dataclass
class Piece:
    """What stands between two separators, and these."""

    lexemes: list[Lexeme]
    before: str
    after: str

    @property
    def content(self) -> list[Lexeme]:
        """What may name papers."""
        return [lexeme for lexeme in self.lexemes if lexeme.kind in _CONTENT]

    @property
    def kinds(self) -> list[str]:
        """The kinds of all its lexemes."""
        return [lexeme.kind for lexeme in self.lexemes]

    def prefix(self) -> list[str]:
        """The kinds of what stands before the first word of a paper."""
        first = next((place for place, kind in enumerate(self.kinds) if kind in _CONTENT), len(self.kinds))
        return self.kinds[:first]


@dataclass
class Statement:
    """What is said of one paper: at hand, lacking, lost or nothing of it (``state`` empty), and its qualities.

    ``is_spoken`` says that its own piece tells the state; ``is_bare`` that nothing did, nor of those before it.
    """

    piece: Piece
    state: str
    qualities: set[str] = field(default_factory=set)
    is_spoken: bool = False
    is_bare: bool = False


def _pieces(lexemes: Iterable[Lexeme]) -> list[Piece]:
    pieces: list[Piece] = []
    before = "."
    for is_link, group in groupby(lexemes, key=lambda lexeme: lexeme.kind in _LINKS):
        run = list(group)
        if is_link:
            links = [lexeme.kind for lexeme in run]
            before = next((link for link in ("closing", *_ENDS, ":", "turns", ",") if link in links), "joins")
            if pieces:
                pieces[-1].after = links[0] if links[0] != "," else before
        else:
            pieces.append(Piece(run, before, "."))
    return pieces


def read(text: str, documents: Sequence[Document]) -> Account:
    """What a text says of papers.

    Args:
        text: What the citizen typed, in any style.
        documents: The rows that it may name word for word.
    """
    return Account(_pieces(lexemes(text, documents)))


class Account:
    """Goes through the pieces of a text; ``_lead`` is what was last said to hold of the papers that follow."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.statements: list[Statement] = []
        self.everything = self.nothing = False
        kinds = {kind for piece in pieces for kind in piece.kinds if not _is_open(piece)}
        self._all_but = HELD if "nothing" in kinds else LACKING if "everything" in kinds else ""
        self._lead = HELD
        self._led = False
        for piece in pieces:
            self._hear(piece)

    def _hear(self, piece: Piece) -> None:
        if piece.before in _ENDS:
            self._begin_sentence(piece.before)
        if piece.before == "closing":
            return
        if _is_open(piece):
            self._leave_open(piece)
        elif piece.content:
            self._state(piece)
        else:
            self._add(piece)

    def _begin_sentence(self, end: str) -> None:
        """After a question, or what is lacking, a bare list says nothing for sure; a new line goes on with a list."""
        self._settle()
        if end == "\n" or self._lead not in ("", LACKING):
            return
        is_clear = end == "." and all(statement.state == HELD for statement in self.statements)
        self._lead, self._led = HELD if is_clear else "", False

    def _settle(self) -> None:
        for statement in self.statements:
            statement.is_bare = False

    def _leave_open(self, piece: Piece) -> None:
        """A question or a supposition: what was listed just before, or is its subject, belongs to it."""
        for statement in self.statements:
            if statement.is_bare:
                statement.state = ""
        about_last = piece.before == "turns" and not {"row", "paper"} & set(piece.kinds)
        if about_last and self.statements and not self.statements[-1].is_spoken:
            self.statements[-1].state = ""
        self._lead, self._led = "", False

    def _state(self, piece: Piece) -> None:
        kinds, prefix = piece.kinds, piece.prefix()
        leading = next((state for state in _STATES if state in prefix), "")
        own = next((state for state in _STATES if state in kinds), "")
        if "only_lacking" in kinds:
            self.everything, leading = True, LACKING
        elif "all_but" in kinds:
            leading = self._all_but
            self.everything |= "everything" in kinds
            self.nothing |= "nothing" in kinds
        elif "everything" in kinds:
            own = ""  # "đủ" of this paper, which is all that is left to say
        if leading:
            self._lead, self._led = leading, True
        state = own if own in (LOST, LACKING) else leading or own or self._lead
        statement = Statement(piece, state, {quality for quality in _QUALITIES if quality in kinds})
        statement.is_spoken = bool(own or leading)
        self._carry(statement, prefix)
        if statement.is_spoken:
            self._settle()
        statement.is_bare = not (statement.is_spoken or self._led or statement.qualities)
        self.statements.append(statement)

    def _carry(self, statement: Statement, prefix: Sequence[str]) -> None:
        """Takes over what was said once for several: "photo căn cước và hộ khẩu", "căn cước, hộ khẩu hết hạn"."""
        suffixed = [kind for kind in statement.piece.kinds if kind not in prefix]
        if self.statements and statement.piece.before == "joins" and not statement.qualities:
            before = self.statements[-1]
            leading = before.piece.prefix()
            statement.qualities |= {quality for quality in before.qualities if quality in leading}
        spoken = next((state for state in (LOST, LACKING) if state in suffixed), "")
        for earlier in self.statements:
            if earlier.is_bare:
                earlier.state = spoken or earlier.state
                earlier.qualities |= {quality for quality in statement.qualities if quality in suffixed}

    def _add(self, piece: Piece) -> None:
        """What names no paper: it leads what follows, tells of what was named last, or of everything."""
        kinds = piece.kinds
        state = next((state for state in _STATES if state in kinds), "")
        qualities = {quality for quality in _QUALITIES if quality in kinds}
        if "nothing" in kinds:
            self.nothing = True
        elif "everything" in kinds:
            self.everything = True
        elif state and _leads(piece):
            self._lead, self._led = state, True
        elif any(kind.startswith("owner") for kind in kinds):
            return
        elif state or qualities:
            for statement in self.statements if "every" in kinds else self._last_named():
                statement.state = state if state and (state != HELD or not statement.state) else statement.state
                statement.qualities |= qualities

    def _last_named(self) -> list[Statement]:
        """The paper named last, and those listed with it of which nothing else was said."""
        bare = [statement for statement in self.statements if statement.is_bare]
        return bare if bare and self.statements[-1].is_bare else self.statements[-1:]


def _leads(piece: Piece) -> bool:
    """Whether a piece that names no paper is about those that follow it."""
    return piece.after == ":" or (
        piece.before != "turns" and (piece.after == "joins" or (piece.after == "\n" and piece.before in _ENDS))
    )


def _is_open(piece: Piece) -> bool:
    """Whether a piece asks or supposes."""
    kinds = piece.kinds
    asks = kinds[-1] == LACKING and piece.lexemes[-1].folded in ("chua", "khong") and HELD in kinds[:-1]
    return "asking" in kinds or "tentative" in kinds or piece.after == "?" or asks


@cache
def row_phrases(key: str) -> re.Pattern[str]:
    """What finds in a row that it says something (``rows`` of at_hand.yml)."""
    return yes_no.phrase_pattern(_data()["rows"][key])
