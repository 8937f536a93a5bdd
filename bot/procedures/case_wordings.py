"""What people's own words say about their case: the wordings of a case question's answers, and how a text fits them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.language.normalise import comparable, spoken
from bot.language.text import fold, is_unmarked, unify_tone_marks
from bot.procedures.model import CaseAnswer

WORDS = Path(__file__).parent / "case_words.yml"
#: How far a negation reaches.
NEGATED_WORDS = 3
#: What a single common word is worth beside a telling one.
COMMON_WEIGHT = 0.25
#: The best answer has at least this weight (a telling word has 1) and this many times the weight of the next.
LEAST_WEIGHT, MARGIN = 0.9, 1.8
#: Of the words of a text, the share that the answer's wordings have to hold too.
LEAST_SHARE = 0.5
#: A longer reply tells a story: its amounts may be of anything.
LONGEST_AMOUNT = 10
#: A phrase in so many of a procedure's names is what it is called, and says nothing of the case.
OWN_NAMES = 2
#: A label with fewer words says little of its case ("Có", "Không").
SHORT_LABEL = 3
_CLAUSES = re.compile(r"[,;:!?\n()]+|\.(?!\d)")
_CHOICE = re.compile(r" (hay|hoặc) ")
_POLAR = re.compile(r"\b(không|chưa)( ạ)?\s*\?")


class Range(NamedTuple):
    """Amounts of one unit, both ends included."""

    unit: str
    low: float
    high: float

    def meets(self, other: Range) -> bool:
        """Whether the two have an amount in common."""
        return self.unit == other.unit and self.low <= other.high and other.low <= self.high


@lru_cache(maxsize=2048)
def wordings(question: str, answers: tuple[CaseAnswer, ...]) -> Wordings:
    """The wordings of a case question's answers, ready to compare texts with."""
    return Wordings(question, answers)


def is_skip(text: str) -> bool:
    """Whether a text says that the citizen can't or won't answer."""
    form = _form(text)
    said = " ".join(form.clauses(text, fillers=True))
    left, found = form.skip.subn(" ", said)
    return found > 0 and not form.words_left(form.skip_beside.sub(" ", left))


def names_country(text: str) -> bool:
    """Whether a text names a foreign country or nationality ("người Đài Loan")."""
    return _form(text).names_country(text)


class Wordings:
    """The answers of one case question, marked and unmarked."""

    def __init__(self, question: str, answers: tuple[CaseAnswer, ...]) -> None:
        self._question, self._given = question, answers
        self._forms: dict[_Form, _Answers] = {}

    def answer(self, text: str) -> CaseAnswer | None:
        """The answer that a reply to the question gives, or None where it is not clear."""
        return self._answers(text).answer(text)

    def told(self, text: str, names: Collection[str]) -> CaseAnswer | None:
        """The answer that a text tells beyond doubt without having been asked.

        Args:
            text: What the citizen wrote.
            names: What the procedure is called: their words say nothing of the case.
        """
        return self._answers(text).told(text, names)

    def _answers(self, text: str) -> _Answers:
        form = _form(text)
        if form not in self._forms:
            self._forms[form] = _Answers(form, self._question, self._given)
        return self._forms[form]


class _Form:
    """The words of ``case_words.yml`` as they are compared with a text: with marks or without."""

    def __init__(
        self, words: dict[str, Any], plain: Callable[[str], str], spell: Callable[[str], str], same: Sequence[str]
    ) -> None:
        self.plain = plain  # from a text as typed to words in single spaces
        listed = {key: [spell(word) for word in value] for key, value in words.items() if isinstance(value, list)}
        self.yes, self.no = set(listed["yes"]), set(listed["no"])
        self.fillers, self.common = set(listed["fillers"]), set(listed["common"]) | set(listed["fillers"])
        self.negations, self.turns = set(listed["negations"]), set(listed["turns"])
        self.skip, self.skip_beside = _phrases(listed["skip"]), _phrases(listed["skip_beside"])
        self.asking, self.doubted = _phrases(listed["asking"]), _phrases(listed["doubted"])
        self._whether = re.compile(rf"\b({_any(listed['asks_first'])})\b.* ({_any(listed['asks_last'])})$")
        self._same = {
            spell(other): spell(word) for key in same for word, others in words[key].items() for other in others
        }
        self._synonym = _phrases(self._same)
        foreign = {key: [spell(word) for word in value] for key, value in words["beside"].items()}
        self._country = _phrases(listed["countries"])
        self._country_beside = re.compile(rf"\b({_any(foreign['behind'])}) ({_any(foreign['countries'])})\b")
        self.foreign = spell("nước ngoài")
        self._unasked = {self._standard(text) for text in listed["unasked"]}
        self.clauses = lru_cache(maxsize=4096)(self._clauses)
        self.amounts = _Amounts(words, listed, spell)

    def _clauses(self, text: str, fillers: bool = False) -> tuple[str, ...]:
        """The clauses of a text in standard words, without those that say nothing unless ``fillers``."""
        parts = [self._standard(self.plain(part)) for part in _CLAUSES.split(text)]
        kept = parts if fillers else [" ".join(self.words_left(part)) for part in parts]
        return tuple(part for part in kept if part)

    def names_country(self, text: str) -> bool:
        """Whether a text names a foreign country, rather than "nước ngoài" in general."""
        plain = self.plain(text)
        return self._standard(plain).count(self.foreign) > plain.count(self.foreign)

    def _standard(self, text: str) -> str:
        text = self._country.sub(self.foreign, text)
        text = self._country_beside.sub(rf"\1 {self.foreign}", text)
        return self._synonym.sub(lambda match: self._same[match[0]], text)

    def is_telling(self, phrase: str) -> bool:
        """Whether a phrase says something even where nobody asked: more than a common word or two."""
        words = [word for word in self.words_left(phrase) if word not in self.negations]
        telling = sum(word not in self.common for word in words)
        return phrase not in self._unasked and (telling > 1 or (telling == 1 and len(words) > 2))

    def bare(self, text: str) -> str:
        """A text without its fillers; nothing where only negations are left."""
        words = " ".join(self.clauses(text)).split()
        return "" if self.negations.issuperset(words) else " ".join(words)

    def words_left(self, text: str) -> list[str]:
        """The words of a text that say something."""
        return [word for word in text.split() if word not in self.fillers]

    def asks(self, clause: str) -> bool:
        """Whether a clause (with its fillers) asks something itself."""
        return bool(self.asking.search(clause)) or self.asks_whether(clause)

    def asks_whether(self, clause: str) -> bool:
        """Whether a clause asks for a yes or no ("có … không ạ")."""
        words = clause.split()
        while words and words[-1] in self.fillers:
            words.pop()
        return bool(self._whether.search(" ".join(words)))

    def signed(self, clause: str) -> list[str]:
        """The words of a clause; those that a negation reaches carry a minus."""
        signed, reach = [], 0
        for word in clause.split():
            if word in self.negations:
                reach = NEGATED_WORDS
            elif word in self.turns:
                reach = 0
            else:
                signed.append(f"-{word}" if reach else word)
                reach = max(0, reach - 1)
        return signed


class _Amounts:
    """Reads amounts: "dưới 14 tuổi", "quá 2 tháng", "từ đủ 6 đến dưới 14 tuổi", "hôm kia"."""

    def __init__(self, words: dict[str, Any], listed: dict[str, list[str]], spell: Callable[[str], str]) -> None:
        self._units = {
            spell(name): (kind, float(size)) for kind, names in words["units"].items() for name, size in names.items()
        }
        self._numbers = {spell(word): int(value) for word, value in words["numbers"].items()}
        self._moments = {spell(word): float(days) for word, days in words["moments"].items()}
        self._age = spell("tuổi")
        self._bounds = {word: key for key in ("below", "at_most", "above", "at_least") for word in listed[key]}
        number = rf"\d+(?:[.,]\d+)?|(?:{_any(self._numbers)})(?: (?:{spell('mươi')}|{_any(self._numbers)}))*"
        bound = _any(self._bounds)
        self._amount = re.compile(
            rf"\b(?:(?P<bound>{bound}) )?(?P<number>{number})"
            rf"(?: {spell('đến')} (?:(?P<upper>{bound}) )?(?P<to>{number}))? ?(?P<unit>{_any(self._units)})(?!\w)"
        )
        self._moment = re.compile(rf"\b({_any(self._moments)})\b")
        self._child = re.compile(rf"\b({_any(listed['children'])})( \w+)?( \w+)? $")

    def found(self, text: str, told: bool = False) -> list[Range]:
        """The amounts in a text; if ``told`` without being asked, only those whose age or duration it surely is."""
        found = []
        for match in self._amount.finditer(text):
            kind, size = self._units[match["unit"]]
            if told and kind == "ngày" and match["unit"] != self._age and not self._child.search(text[: match.start()]):
                continue
            found.append(self._range(match, kind, size))
        if not told:
            found += [Range("ngày", self._moments[m[0]], self._moments[m[0]]) for m in self._moment.finditer(text)]
        return found

    def _range(self, match: re.Match[str], kind: str, size: float) -> Range:
        amount = self._number(match["number"]) * size
        if match["to"]:
            to = self._number(match["to"]) * size
            return Range(kind, amount, to - 1e-6 if self._bounds.get(match["upper"]) == "below" else to)
        bound = self._bounds.get(match["bound"] or "")
        low = {"below": 0.0, "at_most": 0.0, "above": amount + 1e-6}.get(bound or "", amount)
        high = {"below": amount - 1e-6, "above": math.inf, "at_least": math.inf}.get(bound or "", amount)
        # Between two birthdays one is still as old as at the first.
        return Range(kind, low, high + 364 if match["unit"] == self._age and bound is None else high)

    def _number(self, text: str) -> float:
        if text[0].isdigit():
            return float(text.replace(",", "."))
        total = 0
        for word in text.split():
            value = self._numbers.get(word)
            total = total * 10 if value is None else total + value
        return float(total)


class _Answers:
    """The answers of one case question in one form."""

    def __init__(self, form: _Form, question: str, answers: tuple[CaseAnswer, ...]) -> None:
        self._form = form
        self._answers = answers
        texts = {answer.key: (answer.label, answer.case_name, *answer.also) for answer in answers}
        self._exact = {_all(form, text): answer for answer in reversed(answers) for text in texts[answer.key]}
        self._phrases = {
            answer.key: dict.fromkeys(_all(form, text) for text in (answer.label, *answer.also)) for answer in answers
        }
        self._bare = _unambiguous((form.bare(text), answer) for answer in answers for text in texts[answer.key])
        features = {answer.key: set(self._features(_own_clauses(form, answer))) for answer in answers}
        self._features_of = features
        self._weights = self._weigh(features.values())
        self._ranges = {
            answer.key: [r for text in texts[answer.key] for r in form.amounts.found(form.plain(text))]
            for answer in answers
        }
        self._yes, self._no = _polar(question, answers, form)

    def answer(self, text: str) -> CaseAnswer | None:
        """The answer that a reply gives."""
        exact = self._exact.get(_all(self._form, text))
        if exact is not None:
            return exact
        if is_skip(text):
            return next((answer for answer in self._answers if is_skip(answer.label)), None)
        clauses = self._form.clauses(text, fillers=True)
        short = self._short(clauses)
        if short is not None:
            return short
        bare = self._bare.get(self._form.bare(text))
        if bare is not None:
            return bare
        if any(self._form.asks(clause) for clause in clauses):
            return None
        plain = self._form.plain(text)
        short_enough = len(plain.split()) <= LONGEST_AMOUNT
        measured, found = self._measured(self._form.amounts.found(plain) if short_enough else [])
        return measured if found else self._best(text, clauses)

    def told(self, text: str, names: Collection[str]) -> CaseAnswer | None:
        """The answer that a text tells without having been asked."""
        clauses = [clause for clause in self._form.clauses(text, fillers=True) if not self._doubted(clause)]
        contained = self._contained(clauses)
        if not (self._form.names_country(text) and any(self._form.foreign in phrase for _, phrase in contained)):
            own = [_all(self._form, name) for name in names]
            contained = [(answer, phrase) for answer, phrase in contained if self._is_telling(answer, phrase, own)]
        found = {answer.key: answer for answer, _ in contained}
        for clause in clauses:
            measured, _ = self._measured(self._form.amounts.found(clause, told=True))
            if measured is not None:
                found[measured.key] = measured
        return next(iter(found.values())) if len(found) == 1 else None

    def _doubted(self, clause: str) -> bool:
        return bool(self._form.doubted.search(clause)) or self._form.asks_whether(clause)

    def _is_telling(self, answer: CaseAnswer, phrase: str, own: Collection[str]) -> bool:
        """Whether a phrase says something though nobody asked, and is not just what the procedure is called."""
        if sum(_within(phrase, name) for name in own) >= OWN_NAMES or not self._form.is_telling(phrase):
            return False
        return answer is not self._no or bool(self._form.negations.intersection(phrase.split()))

    def _short(self, clauses: Sequence[str]) -> CaseAnswer | None:
        """The answer of a mere yes or no."""
        said = " ".join(clauses)
        words = said.split()
        politeness = self._form.fillers - self._form.yes
        core = " ".join(word for word in words if word not in politeness)
        if core in self._form.no:
            return self._no
        return self._yes if core in self._form.yes else None

    def _measured(self, amounts: Sequence[Range]) -> tuple[CaseAnswer | None, bool]:
        """The one answer whose amounts the given ones meet, and whether there were any to compare."""
        known = {r.unit for ranges in self._ranges.values() for r in ranges}
        given = [amount for amount in amounts if amount.unit in known]
        if not given:
            return None, False
        fitting = [
            answer
            for answer in self._answers
            if all(any(r.meets(amount) for r in self._ranges[answer.key]) for amount in given)
        ]
        return (fitting[0] if len(fitting) == 1 else None), True

    def _contained(self, clauses: Sequence[str]) -> list[tuple[CaseAnswer, str]]:
        """The answers of which a wording of several words stands in a clause, unless a negation stands before it."""
        hits = [
            (answer, phrase)
            for answer in self._answers
            for phrase in self._phrases[answer.key]
            if " " in phrase and any(self._affirmed(phrase, clause) for clause in clauses)
        ]
        return [hit for hit in hits if not any(_within(hit[1], other) and hit[1] != other for _, other in hits)]

    def _affirmed(self, phrase: str, clause: str) -> bool:
        before, found, _ = f" {clause} ".partition(f" {phrase} ")
        return bool(found) and not any(word in self._form.negations for word in before.split()[-NEGATED_WORDS:])

    def _best(self, text: str, clauses: Sequence[str]) -> CaseAnswer | None:
        """The answer that the words of a text weigh for, if by a clear margin and if they explain the text."""
        given = set(self._features(self._form.clauses(text)))
        scores = {key: self._score(given, own) for key, own in self._features_of.items()}
        for answer, phrase in self._contained(clauses):
            scores[answer.key] += 1.0 + 0.25 * len(phrase.split())
        led = self._led(clauses)
        if led is not None:
            scores[led.key] += 1.0
        ranked = sorted(self._answers, key=lambda answer: -scores[answer.key])
        weight, following = scores[ranked[0].key], scores[ranked[1].key]
        if weight < LEAST_WEIGHT or weight < MARGIN * following:
            return None
        return ranked[0] if led is ranked[0] or self._share(given, ranked[0]) >= LEAST_SHARE else None

    def _led(self, clauses: Sequence[str]) -> CaseAnswer | None:
        """The answer of a yes or no that a longer text begins with."""
        words = clauses[0].split() if clauses else []
        first = next((word for word in words if word not in self._form.fillers - self._form.yes), "")
        if first in self._form.no:
            return self._no
        return self._yes if first in self._form.yes else None

    def _share(self, given: set[str], answer: CaseAnswer) -> float:
        """Of the words of a text, the share that an answer's wordings hold too."""
        words = [feature for feature in given if " " not in feature]
        return sum(word in self._features_of[answer.key] for word in words) / max(1, len(words))

    def _features(self, clauses: Iterable[str]) -> Iterator[str]:
        for clause in clauses:
            signed = self._form.signed(clause)
            yield from signed
            yield from (" ".join(pair) for pair in pairwise(signed))

    def _weigh(self, features: Iterable[set[str]]) -> dict[str, float]:
        """How telling a feature is among the answers: 1 in a single one, 0 in all."""
        held = Counter(feature for one in features for feature in one)
        most = math.log(len(self._answers))
        return {
            feature: math.log(len(self._answers) / count) / most * self._plainness(feature)
            for feature, count in held.items()
        }

    def _plainness(self, feature: str) -> float:
        words = feature.replace("-", "").split()
        return COMMON_WEIGHT if all(word in self._form.common for word in words) and len(words) == 1 else 1.0

    def _score(self, given: set[str], own: set[str]) -> float:
        score = sum(self._weights[feature] for feature in given & own)
        denied = {feature[1:] if feature.startswith("-") else f"-{feature}" for feature in given if " " not in feature}
        return score - sum(self._weights[feature] for feature in denied & own if feature not in given)


def _polar(question: str, answers: Sequence[CaseAnswer], form: _Form) -> tuple[CaseAnswer | None, CaseAnswer | None]:
    """The answers that a mere yes and a mere no give, each where it can only be one."""
    if not _POLAR.search(question):
        return None, None
    certain = [answer for answer in answers if not is_skip(answer.label)]
    first = {answer.key: form.plain(answer.label).split()[0] for answer in certain}
    negative = [answer for answer in certain if first[answer.key] in form.negations]
    negative = negative or [a for a in certain if form.negations.intersection(form.plain(a.label).split())]
    positive = [answer for answer in certain if answer not in negative]
    affirmed = [answer for answer in positive if first[answer.key] in form.yes]
    if not negative and len(certain) == 2 and len(affirmed) == 1:
        negative = [answer for answer in certain if answer not in affirmed]
    if not _CHOICE.search(question) and len(affirmed) == 1:
        positive = affirmed
    return (positive[0] if len(positive) == 1 else None), (negative[0] if len(negative) == 1 else None)


def _unambiguous(pairs: Iterable[tuple[str, CaseAnswer]]) -> dict[str, CaseAnswer]:
    """What each text stands for; an empty text and one that stands for several answers are left out."""
    meant: dict[str, dict[str, CaseAnswer]] = {}
    for text, answer in pairs:
        meant.setdefault(text, {})[answer.key] = answer
    return {text: next(iter(found.values())) for text, found in meant.items() if text and len(found) == 1}


def _own_clauses(form: _Form, answer: CaseAnswer) -> tuple[str, ...]:
    """The clauses whose words weigh for an answer; the case in words only where the label says little itself."""
    short = len(form.words_left(form.plain(answer.label))) < SHORT_LABEL
    return form.clauses("; ".join((answer.label, *answer.also, *([answer.case_name] if short else []))))


def _all(form: _Form, text: str) -> str:
    return " ".join(form.clauses(text, fillers=True))


def _within(phrase: str, text: str) -> bool:
    return f" {phrase} " in f" {text} "


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _phrases(words: Iterable[str]) -> re.Pattern[str]:
    """What finds one of the words or phrases, the longest first."""
    return re.compile(rf"\b(?:{_any(words)})\b")


def _form(text: str) -> _Form:
    return _unmarked() if is_unmarked(text) else _marked()


@cache
def _words() -> dict[str, Any]:
    return dict(yaml.safe_load(WORDS.read_text(encoding="utf-8")))


@cache
def _marked() -> _Form:
    return _Form(_words(), spoken, lambda word: unify_tone_marks(word.lower()), ["same", "same_marked"])


@cache
def _unmarked() -> _Form:
    return _Form(_words(), comparable, fold, ["same"])
