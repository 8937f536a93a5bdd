"""Yes/no questions as citizens ask them: whether a text asks one, and about what (word lists in yes_no.yml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.language.normalise import comparable, normalise
from bot.language.text import fold

DATA = Path(__file__).with_name("yes_no.yml")
_CLAUSE = re.compile(r"[,.;?!:…\n]+")


@dataclass(frozen=True)
class Paper:
    """A paper: its name, how citizens say it, how rows name it, what may stand for it or has replaced it."""

    name: str
    said: re.Pattern[str]
    rows: re.Pattern[str]
    covered: re.Pattern[str] | None
    instead: re.Pattern[str] | None


@dataclass(frozen=True)
class Question:
    """One yes/no question.

    ``topic`` is a topic of yes_no.yml, or ``paper``; ``lead`` the word a "yes" begins with (có, được, đúng);
    ``negated`` says that it asks whether something is *not* so, ``owned`` that it asks for somebody's paper; ``words``
    are its unmarked words, ``clause`` those of its whole clause.
    """

    topic: str
    lead: str
    negated: bool
    words: str
    clause: str
    paper: Paper | None = None
    owned: bool = False

    def names(self, key: str) -> bool:
        """Whether it holds one of the phrases of a topic."""
        return _phrases(f"topics.{key}").search(_joined(self.words)) is not None


def read(text: str, own_words: Iterable[str] = ()) -> list[Question]:
    """The yes/no questions in a citizen's text, in order; those about what no row tells are left out.

    Args:
        text: What the citizen typed, in any style.
        own_words: The unmarked words that name the procedure: they say nothing more about what is asked.
    """
    own = frozenset(own_words)
    clauses = (comparable(clause) for clause in _CLAUSE.split(normalise(text)) if clause.strip())
    return [question for clause in clauses if (question := _read_clause(clause, own)) is not None]


def _read_clause(clause: str, own: frozenset[str]) -> Question | None:
    asked = _asked(clause)
    if asked is None:
        return None
    body, lead = asked
    if _asks_for_more(f"{body} {clause}" if lead == "đúng" else body):
        return None
    whole, body = body, _last_part(body)
    negated = _phrases("negations").search(body) is not None
    for topic, judge in _TOPICS:
        question = judge(topic, Question(topic, lead, negated, body, whole), own)
        if question is not None:
            return question if question.topic else None
    return None


def _asked(clause: str) -> tuple[str, str] | None:
    """What a clause asks, without the words that make it a question, and the word for yes; None for no question."""
    clause = _without_particles(clause)
    found = list(re.finditer(r"(?:^| )(khong|chua|duoc ha|duoc(?= hay (?:la )?phai\b))(?: |$)", f"{clause} "))
    if not found:
        return None
    last = found[-1]
    after = clause[last.end() :].strip()
    if after and not _phrases("after_question").match(after):
        earlier = [match for match in found if _phrases("after_question").match(clause[match.end() :].strip() or "-")]
        if not earlier:
            return None
        last = earlier[-1]
    whole = clause[: last.end()].strip()
    for key, lead in (("tags", "đúng"), ("abilities", "được")):
        tail = _at_end(key).search(whole)
        if tail is not None:
            return whole[: tail.start()].strip(), lead
    if last[1] == "duoc":
        return whole.removesuffix("duoc").strip(), "được"
    if last[1] == "chua":
        return None
    body = re.sub(r"(?: hay)? ?khong$", "", whole)
    if re.search(r"\bco duoc\b", body):
        return body, "được"
    return (body, "có") if re.search(r"\b(?:co|can|phai|bat buoc|mat|ton|duoc)\b", body) else None


def _without_particles(clause: str) -> str:
    tail = re.compile(rf"(?:^| )(?:{_alternatives(_data()['particles'])})$")
    while (shorter := tail.sub("", clause)) != clause:
        clause = shorter
    return clause


def _asks_for_more(body: str) -> bool:
    return _phrases("question_words").search(_phrases("not_question_words").sub(" ", body)) is not None


def _last_part(body: str) -> str:
    """What stands after the last opening, where that is enough for a question."""
    parts = [part.strip() for part in _phrases("openings").split(body)]
    return next((part for part in reversed(parts) if len(part.split()) > 1), body)


# -- topics: each judge gives the question, one without a topic to give up, or None to let the next one look ----------


def _paper(topic: str, question: Question, own: frozenset[str]) -> Question | None:
    if question.lead == "được" and not question.negated:
        return None
    found = [(paper, match) for paper in _papers() for match in paper.said.finditer(question.words)]
    if not found:
        return None
    paper, match = max(found, key=lambda pair: (pair[1].end(), -pair[1].start()))
    before, after = question.words[: match.start()].split(), question.words[match.end() :].split()
    fillers, place = _fillers(), len(before)
    while place and before[place - 1] in _words_of("determiners") | _words_of("paper_verbs"):
        place -= 1
    verb = _phrases("paper_verbs").search(" ".join(before[place:]))
    rest = set(after) - fillers - own
    if verb is None or _phrases("paper_verbs").search(" ".join(after)) or not rest <= _words_of("owners"):
        return None
    return replace(question, paper=paper, owned=bool(rest))


def _plain(topic: str, question: Question, own: frozenset[str]) -> Question | None:
    said = _phrases(f"topics.{topic}").search(_joined(question.words))
    return None if said is None or set(said[0].split()) <= own else question


def _agreed(topic: str, question: Question, own: frozenset[str]) -> Question | None:
    """What somebody must confirm: the question may name nobody but those whom rows can name."""
    judged = _plain(topic, question, own)
    if judged is None:
        return None
    rest = _phrases(f"topics.{topic}").sub(" ", question.words)
    rest = phrase_pattern(confirming()).sub(" ", rest)
    known = set(rest.split()) <= _fillers() | own | _words_of("question_words")
    return judged if known else replace(question, topic="")


def _there(topic: str, question: Question, own: frozenset[str]) -> Question | None:
    """Whether one has to go there to file: what one would do there must be nothing else."""
    judged = _guarded("channel")(topic, question, own)
    if judged is None or not judged.topic:
        return judged  # type: ignore[no-any-return]
    said = list(_phrases(f"topics.{topic}").finditer(question.words))
    after = question.words[said[-1].end() :].split() if said else []
    return question if set(after) <= _words_of("filing") else replace(question, topic="")


def _about_a_paper(topic: str, question: Question, own: frozenset[str]) -> Question | None:
    """What is asked of a paper that the question names; nothing else may be named."""
    said = _phrases(f"topics.{topic}").search(_joined(question.words))
    if said is None or set(said[0].split()) <= own:
        return None
    rest = _phrases(f"topics.{topic}").sub(" ", question.words)
    for paper in _papers():
        match = paper.said.search(rest)
        if match is not None and set((rest[: match.start()] + rest[match.end() :]).split()) <= _fillers() | own:
            return replace(question, paper=paper)
    return replace(question, topic="")


def _nothing(topic: str, question: Question, own: frozenset[str]) -> Question | None:
    said = _phrases(f"topics.{topic}").search(_joined(question.words))
    return None if said is None or set(said[0].split()) <= own else replace(question, topic="")


def _guarded(outside: str) -> Any:
    """A judge of a topic that gives up where the question touches what no row tells."""

    def judge(topic: str, question: Question, own: frozenset[str]) -> Question | None:
        if not question.names(topic):
            return None
        rest = _phrases(f"topics.{topic}").sub(" ", _joined(question.words))
        beside = {match[0] for match in _phrases(f"outside.{outside}").finditer(rest)}
        told = all(set(phrase.split()) <= own for phrase in beside)
        return question if told else replace(question, topic="")

    return judge


def _alone(judge: Any) -> Any:
    """A judge for questions that nothing else in the clause may qualify."""

    def unqualified(topic: str, question: Question, own: frozenset[str]) -> Question | None:
        judged = judge(topic, question, own)
        if judged is None or not judged.topic:
            return judged  # type: ignore[no-any-return]
        rest = _phrases(f"topics.{topic}").sub(" ", question.clause).split()
        return question if set(rest) <= _fillers() | own else replace(question, topic="")

    return unqualified


def _must(judge: Any) -> Any:
    """A judge for questions whether one has to."""

    def obliged(topic: str, question: Question, own: frozenset[str]) -> Question | None:
        has_to = question.lead != "được" and _phrases("obligations").search(question.words)
        return judge(topic, question, own) if has_to else None

    return obliged


def _may(judge: Any) -> Any:
    """A judge for questions whether one can."""

    def able(topic: str, question: Question, own: frozenset[str]) -> Question | None:
        if question.lead != "có":
            return judge(topic, question, own)
        has_to = _phrases("obligations").search(question.words)
        return None if has_to else _alone(judge)(topic, question, own)

    return able


def _can(judge: Any) -> Any:
    """A judge for questions that ask outright whether one can."""
    return lambda topic, question, own: judge(topic, question, own) if question.lead == "được" else None


_TOPICS: tuple[tuple[str, Any], ...] = (
    ("paper", _paper),
    ("fee", _guarded("fee")),
    ("free", _guarded("fee")),
    ("behalf", _may(_guarded("behalf"))),
    ("home", _may(_plain)),
    ("certification", _must(_about_a_paper)),
    ("copy", _may(_about_a_paper)),
    ("original", _nothing),
    ("confirmation", _must(_agreed)),
    ("speed", _may(_guarded("speed"))),
    ("form", _may(_plain)),
    ("province", _must(_there)),
    ("in_person", _must(_there)),
    ("post", _may(_guarded("channel"))),
    ("online", _may(_guarded("channel"))),
    ("commune", _can(_alone(_guarded("channel")))),
)


# -- the data ---------------------------------------------------------------------------------------------------------


@cache
def _data() -> Mapping[str, Any]:
    return dict(YAML(typ="safe").load(DATA.read_text(encoding="utf-8")))


def _alternatives(phrases: Iterable[Any]) -> str:
    folded = sorted({fold(str(phrase)) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(map(re.escape, folded))


def phrase_pattern(phrases: Iterable[Any]) -> re.Pattern[str]:
    """What finds one of some phrases, as whole words, in unmarked text; longer ones first."""
    return re.compile(rf"\b(?:{_alternatives(phrases)})\b")


@cache
def _phrases(path: str) -> re.Pattern[str]:
    found: Any = _data()
    for key in path.split("."):
        found = found[key]
    return phrase_pattern(found)


@cache
def _at_end(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^| )(?:{_alternatives(_data()[key])})$")


def _fillers() -> frozenset[str]:
    return _words_of("fillers")


@cache
def _words_of(key: str) -> frozenset[str]:
    return frozenset(word for phrase in _data()[key] for word in fold(str(phrase)).split())


def _joined(words: str) -> str:
    """The words with compounds as one word each, so that no part of one is taken for a word of its own."""
    return _phrases("compounds").sub(lambda match: match[0].replace(" ", "_"), words)


@cache
def _papers() -> tuple[Paper, ...]:
    return tuple(_read_papers())


def _read_papers() -> Iterator[Paper]:
    for row in _data()["papers"]:
        optional = {key: phrase_pattern(row[key]) if key in row else None for key in ("covered", "instead")}
        yield Paper(row["name"], phrase_pattern(row["said"]), phrase_pattern(row["rows"]), **optional)


@cache
def confirming() -> Mapping[str, str]:
    """Who may be meant to confirm: unmarked as citizens say it → as rows name it."""
    return {fold(said): fold(named) for said, named in _data()["confirming"].items()}


@cache
def row_phrases(key: str) -> re.Pattern[str]:
    """What finds in a row's unmarked text that it says something (``rows`` of yes_no.yml)."""
    return phrase_pattern(_data()["rows"][key])
