"""Yes/no questions as citizens ask them: whether a text asks one, and about what (word lists in yes_no.yml)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.language.normalise import comparable, normalise
from bot.language.text import fold

DATA = Path(__file__).with_name("yes_no.yml")
_CLAUSE = re.compile(r"[,.;?!:…\n]+")


@dataclass(frozen=True)
class Paper:
    """A paper: its name, how citizens say it, how rows name it, what may stand for it or has replaced it.

    ``sayings`` are what ``said`` finds, with their marks.
    """

    name: str
    sayings: tuple[str, ...]
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


def asks_for_a_paper(text: str) -> bool:
    """Whether a text asks only if a paper is needed, so that it goes on about what was discussed."""
    questions = read(text)
    said = comparable(text)
    return len(questions) == 1 and (paper := questions[0].paper) is not None and _is_all(said, paper)


def _is_all(said: str, paper: Paper) -> bool:
    rest = set(paper.said.sub(" ", said).split())
    return rest <= _words_of("fillers") | _words_of("particles") | _words_of("negations") | _words_of("tags")


def _read_clause(clause: str, own: frozenset[str]) -> Question | None:
    asked = _asked(clause)
    if asked is None:
        return None
    body, lead = asked
    if _asks_for_more(f"{body} {clause}" if lead == "đúng" else body):
        return None
    whole, body = body, _last_part(body)
    question = Question("", lead, _phrases("negations").search(body) is not None, body, whole)
    readings = (_read_paper(question, own), *(_read_topic(topic, question, own) for topic in _TOPICS))
    first = next((reading for reading in readings if reading is not None), question)
    return first if first.topic else None


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
    return (body, "có") if _phrases("asking").search(body) else None


def _without_particles(clause: str) -> str:
    while (shorter := _at_end("particles").sub("", clause)) != clause:
        clause = shorter
    return clause


def _asks_for_more(body: str) -> bool:
    return _phrases("question_words").search(_phrases("not_question_words").sub(" ", body)) is not None


def _last_part(body: str) -> str:
    """What stands after the last opening, where that is enough for a question."""
    parts = [part.strip() for part in _phrases("openings").split(body)]
    return next((part for part in reversed(parts) if len(part.split()) > 1), body)


# -- topics -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Topic:
    """What a question can be about, and what must hold for its words to mean just that.

    Attributes:
        form: ``may`` (can one?), ``can`` (asked outright), ``must`` (has one to?), or either.
        outside: The words that no row tells, beside which the question stays open.
        alone: Nothing else in the clause may qualify it.
        check: A further condition.
        of_paper: It asks about a paper, which it must name.
    """

    name: str
    form: str = ""
    outside: str = ""
    alone: bool = False
    check: Callable[[Question, frozenset[str]], bool] | None = None
    of_paper: bool = False


def _read_topic(topic: _Topic, question: Question, own: frozenset[str]) -> Question | None:
    """The question if it is about a topic: without one (``topic`` empty) where it is not surely just that."""
    said = _phrases(f"topics.{topic.name}").search(_joined(question.words))
    has_to = _phrases("obligations").search(question.words) is not None
    if said is None or not _has_form(topic.form, question.lead, has_to):
        return None
    if not topic.outside and set(said[0].split()) <= own:  # it is the procedure's own name that says it
        return None
    if topic.of_paper:
        return _about_a_paper(topic, question, own)
    is_sure = (
        _is_inside(topic, question, own)
        and (_is_alone(topic, question, own) or not (topic.alone or (topic.form == "may" and question.lead == "có")))
        and (topic.check is None or topic.check(question, own))
    )
    return replace(question, topic=topic.name if is_sure else "")


def _has_form(form: str, lead: str, has_to: bool) -> bool:
    if form == "must":
        return has_to and lead != "được"
    if form == "can":
        return lead == "được"
    return form != "may" or lead != "có" or not has_to


def _is_inside(topic: _Topic, question: Question, own: frozenset[str]) -> bool:
    if not topic.outside:
        return True
    rest = _phrases(f"topics.{topic.name}").sub(" ", _joined(question.words))
    beside = {match[0] for match in _phrases(f"outside.{topic.outside}").finditer(rest)}
    return all(set(phrase.split()) <= own for phrase in beside)


def _is_alone(topic: _Topic, question: Question, own: frozenset[str]) -> bool:
    rest = _phrases(f"topics.{topic.name}").sub(" ", question.clause)
    return set(rest.split()) <= _words_of("fillers") | own


def _only_files(question: Question, _own: frozenset[str]) -> bool:
    """Whether what one would do at the place is to file, and nothing else."""
    places = (_phrases(f"topics.{topic}").finditer(question.words) for topic in ("in_person", "province"))
    after = question.words[max(place.end() for found in places for place in found) :]
    return set(after.split()) <= _words_of("filing")


def _names_known_agencies(question: Question, own: frozenset[str]) -> bool:
    """Whether nobody is named to confirm but those whom rows can name."""
    rest = _phrases("topics.confirmation").sub(" ", question.words)
    rest = phrase_pattern(confirming()).sub(" ", rest)
    return set(rest.split()) <= _words_of("fillers") | _words_of("question_words") | own


def _about_a_paper(topic: _Topic, question: Question, own: frozenset[str]) -> Question:
    """What is asked of a paper that the question names; nothing else may be named."""
    rest = _phrases(f"topics.{topic.name}").sub(" ", question.words)
    for paper in papers():
        match = paper.said.search(rest)
        if match and set((rest[: match.start()] + rest[match.end() :]).split()) <= _words_of("fillers") | own:
            return replace(question, topic=topic.name, paper=paper)
    return replace(question, topic="")


def _read_paper(question: Question, own: frozenset[str]) -> Question | None:
    """The question if it asks whether a paper is needed: "cần", "phải nộp" or the like, the paper, and no more."""
    if question.lead == "được" and not question.negated:
        return None
    found = [(paper, match) for paper in papers() for match in paper.said.finditer(question.words)]
    if not found:
        return None
    paper, match = max(found, key=lambda pair: (pair[1].end(), -pair[1].start()))
    after = question.words[match.end() :]
    rest = set(after.split()) - _words_of("fillers") - own
    is_asked_for = _paper_verb_before(question.words[: match.start()]) and not _phrases("paper_verbs").search(after)
    if not is_asked_for or not rest <= _words_of("owners"):
        return None
    return replace(question, topic="paper", paper=paper, owned=bool(rest))


def _paper_verb_before(words: str) -> bool:
    close = takewhile(lambda word: word in _words_of("determiners") | _words_of("paper_verbs"), reversed(words.split()))
    return _phrases("paper_verbs").search(" ".join(reversed(list(close)))) is not None


#: The first one that a question is about decides what it is about.
_TOPICS = (
    _Topic("fee", outside="fee"),
    _Topic("free", outside="fee"),
    _Topic("behalf", form="may", outside="behalf"),
    _Topic("home", form="may"),
    _Topic("certification", form="must", of_paper=True),
    _Topic("copy", form="may", of_paper=True),
    _Topic("confirmation", form="must", check=_names_known_agencies),
    _Topic("speed", form="may", outside="speed"),
    _Topic("form", form="may"),
    _Topic("province", form="must", outside="channel", check=_only_files),
    _Topic("in_person", form="must", outside="channel", check=_only_files),
    _Topic("post", form="may", outside="channel"),
    _Topic("online", form="may", outside="channel"),
    _Topic("commune", form="can", outside="channel", alone=True),
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


@cache
def _words_of(key: str) -> frozenset[str]:
    return frozenset(word for phrase in _data()[key] for word in fold(str(phrase)).split())


def _joined(words: str) -> str:
    """The words with compounds as one word each, so that no part of one is taken for a word of its own."""
    return _phrases("compounds").sub(lambda match: match[0].replace(" ", "_"), words)


@cache
def papers() -> tuple[Paper, ...]:
    """The papers that citizens ask about, as yes_no.yml gives them."""
    return tuple(_read_papers())


def _read_papers() -> Iterator[Paper]:
    for row in _data()["papers"]:
        optional = {key: phrase_pattern(row[key]) if key in row else None for key in ("covered", "instead")}
        said = tuple(str(saying) for saying in row["said"])
        yield Paper(row["name"], said, phrase_pattern(said), phrase_pattern(row["rows"]), **optional)


@cache
def confirming() -> Mapping[str, str]:
    """Who may be meant to confirm: unmarked as citizens say it → as rows name it."""
    return {fold(said): fold(named) for said, named in _data()["confirming"].items()}


@cache
def row_phrases(key: str) -> re.Pattern[str]:
    """What finds in a row's unmarked text that it says something (``rows`` of yes_no.yml)."""
    return phrase_pattern(_data()["rows"][key])
