"""Which papers a citizen says to have, and what is still missing for a procedure (word lists in at_hand.yml).

Careful on one side: a paper counts as held only where that is beyond doubt, and stays to get otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.language.normalise import normalise
from bot.language.text import fold, is_unmarked, unify_tone_marks
from bot.procedures import yes_no
from bot.procedures.model import Document, DocumentNote, Form, Procedure

DATA = Path(__file__).with_name("at_hand.yml")
#: A paper that no row asks for is told by a name of at most so many words.
LONGEST_NAME = 8

LOST, LACKING, EXPIRED, UNCONFIRMED, COPY, UNCLEAR, HELD = (
    "lost",
    "lacking",
    "expired",
    "unconfirmed",
    "copy",
    "unclear",
    "held",
)
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
    account = _Account(_pieces(_lexemes(text, procedure.documents)))
    told: dict[str, str] = {}
    others: dict[str, None] = {}
    for statement in account.statements:
        matched = _Match(procedure, statement)
        for key, state in matched.states():
            told[key] = min(told.get(key, HELD), state, key=_WORST_FIRST.index)
        others |= dict.fromkeys(matched.others())
    rest = HELD if account.everything else LACKING if account.nothing else ""
    states = {row.key: told.get(row.key, rest) for row in procedure.documents}
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


def _having(states: Mapping[str, str], state: str) -> tuple[str, ...]:
    return tuple(key for key, own in states.items() if own == state)


# -- words ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Token:
    """A word with and without its marks, or a sign that separates."""

    typed: str
    folded: str
    sign: str = ""


@dataclass(frozen=True)
class _Lexeme:
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


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.folded for token in _tokens(text) if not token.sign)


def _lexemes(text: str, documents: Sequence[Document]) -> list[_Lexeme]:
    """The text as lexemes; rows named word for word come before anything else."""
    tokens = _tokens(text)
    loose = is_unmarked(text)
    rows = _rows_named(tokens, documents)
    found: list[_Lexeme] = []
    place = 0
    while place < len(tokens):
        length, keys = rows.get(place, (0, ()))
        if keys:
            lexeme = _lexeme("row", tokens[place : place + length], keys)
        elif tokens[place].sign:
            length, lexeme = 1, _Lexeme(tokens[place].sign, "", "")
        else:
            limit = next((later for later in range(place, len(tokens)) if tokens[later].sign or later in rows), None)
            length, kind = _phrase_at(tokens[place:limit], loose)
            lexeme = _lexeme(kind, tokens[place : place + length])
        found.append(lexeme)
        place += length
    return found


def _lexeme(kind: str, tokens: Sequence[_Token], keys: tuple[str, ...] = ()) -> _Lexeme:
    words = [token for token in tokens if not token.sign]
    return _Lexeme(kind, " ".join(word.typed for word in words), " ".join(word.folded for word in words), keys)


def _rows_named(tokens: Sequence[_Token], documents: Sequence[Document]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Where rows are named word for word, longest names first: place → number of tokens and the rows' keys."""
    places = [place for place, token in enumerate(tokens) if not token.sign]
    words = [tokens[place].folded for place in places]
    names: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in documents:
        names[name] = (*names.get(name := _words(row.name), ()), row.key)
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
def _words_of(key: str) -> frozenset[str]:
    return frozenset(word for phrase in _data()[key] for word in fold(str(phrase)).split())


# -- statements -------------------------------------------------------------------------------------------------------

_STATES = (LOST, LACKING, HELD)
_QUALITIES = (EXPIRED, UNCONFIRMED, COPY, "valid", "confirmed", "original")
_CONTENT = ("row", "paper", "words", "word")
_ENDS = (".", "?", "\n")
_LINKS = (",", ":", "joins", "turns", "closing", *_ENDS)


@dataclass
class _Piece:
    """What stands between two separators, and these."""

    lexemes: list[_Lexeme]
    before: str
    after: str

    @property
    def content(self) -> list[_Lexeme]:
        return [lexeme for lexeme in self.lexemes if lexeme.kind in _CONTENT]

    @property
    def kinds(self) -> list[str]:
        return [lexeme.kind for lexeme in self.lexemes]

    def prefix(self) -> list[str]:
        """The kinds of what stands before the first word of a paper."""
        first = next((place for place, kind in enumerate(self.kinds) if kind in _CONTENT), len(self.kinds))
        return self.kinds[:first]


@dataclass
class _Statement:
    """What is said of one paper: at hand, lacking, lost or nothing of it (``state`` empty), and its qualities.

    ``is_spoken`` says that its own piece tells the state; ``is_bare`` that nothing did, nor of those before it.
    """

    piece: _Piece
    state: str
    qualities: set[str] = field(default_factory=set)
    is_spoken: bool = False
    is_bare: bool = False


def _pieces(lexemes: Iterable[_Lexeme]) -> list[_Piece]:
    pieces: list[_Piece] = []
    before = "."
    for is_link, group in groupby(lexemes, key=lambda lexeme: lexeme.kind in _LINKS):
        run = list(group)
        if is_link:
            links = [lexeme.kind for lexeme in run]
            before = next((link for link in ("closing", *_ENDS, ":", "turns", ",") if link in links), "joins")
            if pieces:
                pieces[-1].after = links[0] if links[0] != "," else before
        else:
            pieces.append(_Piece(run, before, "."))
    return pieces


class _Account:
    """Goes through the pieces of a text; ``_lead`` is what was last said to hold of the papers that follow."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self.statements: list[_Statement] = []
        self.everything = self.nothing = False
        kinds = {kind for piece in pieces for kind in piece.kinds if not _is_open(piece)}
        self._all_but = HELD if "nothing" in kinds else LACKING if "everything" in kinds else ""
        self._lead = HELD
        self._led = False
        for piece in pieces:
            self._hear(piece)

    def _hear(self, piece: _Piece) -> None:
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
        self._settle()
        if not self._lead or (end == "." and self._lead == LACKING):
            self._lead, self._led = "", False
        if end != "\n" and not self._lead:
            self._lead = HELD if end == "." and not self._has_negation() else ""

    def _settle(self) -> None:
        for statement in self.statements:
            statement.is_bare = False

    def _has_negation(self) -> bool:
        return any(statement.state != HELD for statement in self.statements)

    def _leave_open(self, piece: _Piece) -> None:
        """A question or a supposition: what was listed just before, or is its subject, belongs to it."""
        for statement in self.statements:
            if statement.is_bare:
                statement.state = ""
        about_last = piece.before == "turns" and not {"row", "paper"} & set(piece.kinds)
        if about_last and self.statements and not self.statements[-1].is_spoken:
            self.statements[-1].state = ""
        self._lead, self._led = "", False

    def _state(self, piece: _Piece) -> None:
        kinds, prefix = piece.kinds, piece.prefix()
        leading = next((state for state in _STATES if state in prefix), "")
        own = next((state for state in _STATES if state in kinds), "")
        if "only_lacking" in kinds:
            self.everything, leading = True, LACKING
        elif "all_but" in kinds:
            leading = self._all_but
        elif "everything" in kinds:
            own = ""  # "đủ" of this paper, which is all that is left to say
        if leading:
            self._lead, self._led = leading, True
        state = own if own in (LOST, LACKING) else leading or own or self._lead
        statement = _Statement(piece, state, {quality for quality in _QUALITIES if quality in kinds})
        statement.is_spoken = bool(own or leading)
        self._carry(statement, prefix)
        if statement.is_spoken:
            self._settle()
        statement.is_bare = not (statement.is_spoken or self._led or statement.qualities)
        self.statements.append(statement)

    def _carry(self, statement: _Statement, prefix: Sequence[str]) -> None:
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

    def _add(self, piece: _Piece) -> None:
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

    def _last_named(self) -> list[_Statement]:
        """The paper named last, and those listed with it of which nothing else was said."""
        bare = [statement for statement in self.statements if statement.is_bare]
        return bare if bare and self.statements[-1].is_bare else self.statements[-1:]


def _leads(piece: _Piece) -> bool:
    """Whether a piece that names no paper is about those that follow it."""
    return piece.after == ":" or (
        piece.before != "turns" and (piece.after == "joins" or (piece.after == "\n" and piece.before in _ENDS))
    )


def _is_open(piece: _Piece) -> bool:
    """Whether a piece asks or supposes."""
    kinds = piece.kinds
    asks = kinds[-1] == LACKING and piece.lexemes[-1].folded in ("chua", "khong") and HELD in kinds[:-1]
    return "asking" in kinds or "tentative" in kinds or piece.after == "?" or asks


# -- rows -------------------------------------------------------------------------------------------------------------


class _Match:
    """The rows that a statement may be about."""

    def __init__(self, procedure: Procedure, statement: _Statement) -> None:
        self._procedure, self._statement = procedure, statement
        lexemes = statement.piece.lexemes
        self._typed = [lexeme for lexeme in statement.piece.content if lexeme.kind != "row"]
        self._content = tuple(word for lexeme in self._typed for word in lexeme.folded.split())
        self._owners = {lexeme.kind for lexeme in lexemes if lexeme.kind.startswith("owner")}
        keys = {key for lexeme in lexemes for key in lexeme.keys}
        self._named = [row for row in procedure.documents if row.key in keys]
        self._meant = [] if self._named else self._candidates()

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
        for row in rows:
            if surely or state == LACKING:
                yield row.key, self._judge(row)
            else:
                yield row.key, UNCLEAR

    def others(self) -> Iterator[str]:
        """The name of the paper at hand that no row asks for."""
        if self._statement.state != HELD or self._named or self._meant or not self._content:
            return
        paper, rest = _paper(self._content)
        if paper is not None and not rest:
            yield paper.name
        elif self._content[0] in _words_of("paper_words") and self._is_plain():
            yield " ".join(lexeme.typed for lexeme in self._typed)

    def _is_plain(self) -> bool:
        has_digits = any(char.isdigit() for word in self._content for char in word)
        return 1 < len(self._content) <= LONGEST_NAME and not has_digits and not set(self._content) <= _generic()

    def _is_only(self, row: Document) -> bool:
        """Whether nothing else is said beside a row's own name."""
        beside = set(self._content) <= set(_words(row.name)) | _words_of("kinds")
        return beside and self._is_of(row)

    def _is_of(self, row: Document) -> bool:
        """Whether it can be the paper of those whom the citizen says it is of."""
        owners = _owners(row.name)
        if owners:
            return self._owners <= owners
        return self._owners <= _owners(f"{self._procedure.name}. {self._procedure.summary}")

    def _candidates(self) -> list[Document]:
        if not self._content or set(self._content) <= _words_of("kinds") | _words_of("lead"):
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
        name = set(_words(f"{row.name} {row.note or ''}"))
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
        is_two_papers = len(beyond) > 1 and beyond[1] in _words_of("kinds")
        return not is_two_papers or any(word in said for word in beyond if word not in _generic())

    def _is_known_as(self, row: Document, name: set[str]) -> bool:
        paper, rest = _paper(self._content)
        return paper is not None and rest <= name and any(_is_paper(paper, part) for part in _parts(row.name))

    def _judge(self, row: Document) -> str:
        """What a statement that is surely about a row makes of it."""
        state, qualities = self._statement.state, self._statement.qualities
        if state != HELD:
            return UNCLEAR if "original" in qualities and _takes_copies(row) else state
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
    return _row_phrases(key).search(fold(text)) is not None


@cache
def _row_phrases(key: str) -> re.Pattern[str]:
    return yes_no.phrase_pattern(_data()["rows"][key])


def _are_one(rows: Sequence[Document]) -> bool:
    """Whether rows name one paper, or papers of which only one can be needed."""
    return all(one.name == other.name or _exclude(one, other) for one, other in combinations(rows, 2))


def _exclude(one: Document, other: Document) -> bool:
    """Whether no case needs both."""
    return any(set(answers).isdisjoint(other.when.get(key, answers)) for key, answers in one.when.items())


@lru_cache(maxsize=4096)
def _owners(text: str) -> frozenset[str]:
    return frozenset(lexeme.kind for lexeme in _lexemes(text, ()) if lexeme.kind.startswith("owner"))


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[tuple[str, ...], ...]:
    """The papers that a row names, any one of which will do: mostly one, its whole name without what is in brackets."""
    text = normalise(name)
    opens = any(fold(text).startswith(fold(phrase)) for phrase in _data()["any_of"])
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
    ahead = _words_of("lead") | _words_of("kinds")
    while len(joined) > 1 and (joined[0] in ahead or joined[0].isdigit()):
        joined.pop(0)
    return tuple(joined)


def _generic() -> frozenset[str]:
    return _words_of("generic") | {"to_khai"}


def _paper(content: Sequence[str]) -> tuple[yes_no.Paper | None, set[str]]:
    """The known paper that words name, and the words beside its name."""
    said = " ".join(content)
    found = [(match, paper) for paper in yes_no.papers() for match in paper.said.finditer(said)]
    if not found:
        return None, set()
    match, paper = max(found, key=lambda pair: len(pair[0][0]))
    beside = f"{said[: match.start()]} {said[match.end() :]}".split()
    return paper, set(beside) - _words_of("kinds") - _words_of("lead")


def _is_paper(paper: yes_no.Paper, part: tuple[str, ...]) -> bool:
    """Whether a row's name begins with a known paper."""
    name = " ".join(part)
    match = paper.said.search(name) or paper.rows.search(name)
    ahead = _words_of("before_row_words") | _words_of("lead")
    return match is not None and all(word in ahead or word.isdigit() for word in name[: match.start()].split())
