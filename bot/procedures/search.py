"""Which procedure does a message mean? Ranks the whole catalogue, with probabilities.

Every procedure is a set of *phrases* (official name, everyday names, ways of asking) and one *profile* (all phrases
with field, documents, results and conditions). A message is compared without marks, by words and pairs of words,
with all profiles and with the single phrases of those that fit (BM25); the few dozen that fit best are compared more
closely: their names, their letters, what they are about, and whether the marks that the message has fit ("vàng" is
not "vắng"). Words that many procedures share ("giấy tờ gì", "bao nhiêu tiền") weigh next to nothing, so what only
names an aspect does not distract. A conditional logit over these comparisons gives, for each procedure and for "none
of them", the probability that it is meant; ``motcua calibrate`` learns its weights.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from bot.language.normalise import comparable, spoken
from bot.language.text import fold
from bot.procedures.case_wordings import names_country
from bot.procedures.known_words import KnownWords
from bot.procedures.meaning import Meaning
from bot.procedures.model import Procedure
from bot.procedures.terms import Grouped, Letters, Postings, TermWeights, Vocabulary, bm25
from bot.procedures.titles import Titles

WEIGHTS = Path(__file__).with_name("search_weights.json")
#: What a candidate is scored by, in the order of the weights. Shares are of what the message's terms weigh together.
FEATURES = (
    "profile",  # share of the message that the profile explains
    "evidence",  # the same in absolute weight: grows with what is said
    "profile_lead",  # the same, relative to the best procedure
    "phrase",  # share that the best phrase explains
    "apart",  # how much the profile holds of what tells the best dozen apart, relative to the best
    "habit",  # how usual the message's words are among the procedure's phrases, against the best (log-likelihood)
    "letters",  # cosine with the best phrase, by letters
    "meaning",  # cosine with the profile in a space of few dimensions, where related words lie close
    "meaning_lead",  # the same, relative to the best procedure
    "marks_clash",  # weighted share of the message's words that the profile holds with other marks only
    "named_exactly",  # the message is one of the names, and nothing else
    "named",  # one of the names stands in the message, and no other telling word
    "name_weight",  # how fully one of the names stands in the message, by weight of its words
    "name_words",  # the same, by number of words: "kết hôn" is all of one name, half of "lại kết hôn"
    "talkative",  # how many phrases it has, against the average: those with many must not win by that alone
    "local",  # the commune handles it: what a citizen is likelier to mean
)
#: So many procedures are looked at by their phrases, and so many of them closely.
LIKELY = 256
CANDIDATES = 48
#: So many of the best are told apart by the words that not all of them have.
TWINS = 12
#: A word that no phrase of a procedure has is as usual there as one in three of a hundred; and how far that counts.
UNHEARD = 0.03
LEAST_HABIT = -3.0
#: Rankings of the latest messages that an index keeps.
RANKINGS_KEPT = 32
#: Where phrases are many, words in more than this share of them, or in one alone, are not worth their cost.
COMMON_IN_PHRASES = 0.08
FEW_PHRASES = 2000
#: What procedures say for any country that a message names ("vợ người Đài Loan").
ABROAD = "nước ngoài"
_OPENING = re.compile(r"^(?:(?:thu tuc|dang ky|cap|lam|xin|giai quyet|thuc hien) )+")


@dataclass(frozen=True)
class Candidate:
    """A procedure and the probability that the message means it."""

    code: str
    probability: float


@dataclass(frozen=True)
class Ranking:
    """The likeliest candidates, best first, and the probability that none of the catalogue is meant."""

    candidates: tuple[Candidate, ...]
    none: float

    @property
    def best(self) -> Candidate | None:
        """The likeliest procedure, if the catalogue has any."""
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True)
class Weights:
    """The learnt conditional logit: a weight for each feature, and the score of 'none of them'.

    ``procedures`` is the size of the catalogue they were learnt on: what a word tells depends on it.
    """

    features: tuple[float, ...]
    none: float
    procedures: int = 0

    @classmethod
    def read(cls, procedures: int, path: Path = WEIGHTS) -> Weights:
        """Of the weights that ``motcua calibrate`` wrote, those learnt on a catalogue of about this size."""
        learnt = _read_all(path)
        return min(learnt, key=lambda weights: abs(math.log((procedures + 1) / (weights.procedures + 1))))

    def write(self, path: Path = WEIGHTS) -> None:
        """Keep the weights where :meth:`read` finds them, in place of those for about this size."""
        others = [kept for kept in _read_all(path) if not 0.5 < (kept.procedures + 1) / (self.procedures + 1) < 2]
        ordered = sorted([*others, self], key=lambda weights: weights.procedures)
        text = json.dumps([weights.as_plain() for weights in ordered], indent=2)
        path.write_text(text + "\n", encoding="utf-8")

    def as_plain(self) -> dict[str, Any]:
        """The weights as they stand in the file."""
        named = {name: round(value, 4) for name, value in zip(FEATURES, self.features, strict=True)}
        return {"procedures": self.procedures, "features": named, "none": round(self.none, 4)}


def _read_all(path: Path) -> list[Weights]:
    if not path.exists():
        return []
    return [
        # A feature that is newer than the weights weighs nothing until they are learnt anew.
        Weights(tuple(row["features"].get(name, 0.0) for name in FEATURES), row["none"], row["procedures"])
        for row in json.loads(path.read_text(encoding="utf-8"))
    ]


@dataclass(frozen=True)
class Entry:
    """What the search knows of a procedure, as spoken texts (normalised lower-case words)."""

    code: str
    titles: tuple[str, ...]
    phrases: tuple[str, ...]
    context: str
    is_local: bool = False

    @classmethod
    def of(cls, procedure: Procedure) -> Entry:
        """The entry of a procedure."""
        context = [procedure.field, procedure.summary]
        context += [row.name for row in procedure.documents]
        context += [row.name for row in procedure.results]
        context += [row.text for row in procedure.conditions]
        return cls(
            procedure.code,
            titles=_spoken([procedure.name, procedure.short_name, *procedure.everyday_names]),
            phrases=_spoken([procedure.name, procedure.short_name, *(row.text for row in procedure.sayings)]),
            context=" ".join(_spoken(context)),
            is_local="commune" in procedure.levels,
        )

    def without(self, phrases: Iterable[str]) -> Entry:
        """The entry with some phrases held back."""
        held = set(phrases)
        titles = tuple(title for title in self.titles if title not in held)
        kept = tuple(phrase for phrase in self.phrases if phrase not in held)
        return Entry(self.code, titles, kept, self.context, self.is_local)


@dataclass(frozen=True)
class Compared:
    """The candidates for a text, as row numbers, and their features: shape (candidates, features)."""

    rows: Any
    features: Any


class Index:
    """An immutable index over a catalogue; building it takes seconds, a ranking milliseconds."""

    def __init__(self, entries: Sequence[Entry], weights: Weights) -> None:
        self.codes = tuple(entry.code for entry in entries)
        self._weights = weights
        # A turn may ask for the same ranking more than once.
        self._rank = lru_cache(maxsize=RANKINGS_KEPT)(self._rank_anew)
        if not entries:
            return
        unmarked = _Unmarked()
        phrases = [unmarked.text(phrase) for entry in entries for phrase in entry.phrases or ("",)]
        numbers = np.array([max(len(entry.phrases), 1) for entry in entries])
        starts = np.cumsum(numbers) - numbers
        contexts = [unmarked.text(entry.context) for entry in entries]
        self._vocabulary = Vocabulary()
        said = self._vocabulary.count(phrases, learning=True)
        # Pairs of words that only documents and conditions have are many, and nobody says them.
        self._vocabulary.learn(word for context in contexts for word in context.split())
        said.resize(len(phrases), len(self._vocabulary))
        profiles = _sums(said, numbers) + self._vocabulary.count(contexts)
        self._telling = TermWeights(profiles, self._vocabulary)
        self._profiles = Postings(bm25(profiles, self._telling.values))
        self._held = bm25(profiles, np.ones(len(self._vocabulary), dtype=np.float32))
        self._heard = _shares(said, numbers)
        in_phrases = TermWeights(said, self._vocabulary)
        self._phrases = Grouped(bm25(said, _worth_their_cost(in_phrases, len(phrases))), starts)
        self._meaning = Meaning(profiles, self._vocabulary, self._telling)
        self._letters = Letters(said, self._vocabulary, starts, in_phrases)
        marked = [" ".join((*entry.phrases, entry.context)) for entry in entries]
        self._known = KnownWords(marked, unmarked, self._telling)
        self._titles = Titles(
            [[_bare(unmarked.text(name)) for name in entry.titles] for entry in entries], self._telling
        )
        logarithms = np.log(numbers)
        self._talkative = logarithms - logarithms.mean()
        self._local = np.array([entry.is_local for entry in entries], dtype=float)

    def rank(self, text: str) -> Ranking:
        """The likeliest procedures with the probability that a message means each."""
        return self._rank(text)

    def compare(self, text: str) -> Compared:
        """The procedures that fit a text best, and how they compare with it."""
        said = self._known.mend(spoken(text))
        if names_country(text):
            said = f"{said} {ABROAD}"
        query = fold(said)
        # Ordinary words alone weigh next to nothing: a message counts for one telling word at least.
        whole = max(self._telling.of_text(query), self._telling.unknown)
        terms = sorted(set(self._vocabulary.numbers(query)))
        profile = self._profiles.sum(terms)
        named = self._titles.owners(_bare(query))
        rows = _union(_highest(profile, LIKELY), named)
        phrase = self._best_phrase(terms, rows)
        closest = _union(_highest(profile[rows] + phrase, CANDIDATES), np.flatnonzero(np.isin(rows, named)))
        rows, phrase = rows[closest], phrase[closest]
        meaning = self._meaning.cosines(terms, rows)
        name_weight, name_words = self._titles.contained(query, rows)
        features = np.column_stack(
            [
                profile[rows] / whole,
                profile[rows] / 20,
                profile[rows] / max(float(profile.max()), 1e-6),
                phrase / whole,
                self._apart(terms, rows, profile[rows] + phrase),
                self._habit(terms, rows),
                self._letters.best(query, rows),
                meaning,
                meaning / max(float(meaning.max()), 1e-6),
                self._known.clash(said, rows),
                np.isin(rows, named),
                self._titles.named(_bare(query), rows),
                name_weight,
                name_words,
                self._talkative[rows],
                self._local[rows],
            ]
        )
        return Compared(rows, features)

    def telling_words(self, text: str) -> list[str]:
        """The words of a message that can tell procedures apart: rare in the catalogue, or unknown to it."""
        return [word for word in comparable(text).split() if self._telling.is_telling(word)]

    def names_one(self, text: str) -> bool:
        """Whether a whole name of some procedure, of two words or more, stands in a message."""
        if not self.codes:
            return False
        query = fold(spoken(text))
        likely = _highest(self._profiles.sum(sorted(set(self._vocabulary.numbers(query)))), LIKELY)
        return self._titles.stands_in(query, likely)

    def _rank_anew(self, text: str) -> Ranking:
        if not self.codes:
            return Ranking((), 1.0)
        compared = self.compare(text)
        scores = np.append(compared.features @ np.array(self._weights.features), self._weights.none)
        odds = np.exp(scores - scores.max())
        shares = odds / odds.sum()
        order = np.argsort(-shares[:-1], kind="stable")
        candidates = tuple(Candidate(self.codes[compared.rows[i]], float(shares[i])) for i in order)
        return Ranking(candidates, float(shares[-1]))

    def _best_phrase(self, terms: Sequence[int], rows: Any) -> Any:
        """For some procedures, the score of their best phrase."""
        query = np.zeros(len(self._vocabulary), dtype=np.float32)
        query[list(terms)] = 1
        phrases, firsts = self._phrases.rows(rows)
        return np.maximum.reduceat(self._phrases.dots(query, phrases), firsts)

    def _apart(self, terms: Sequence[int], rows: Any, fit: Any) -> Any:
        """For some procedures, how much they hold of what tells the best of them apart: a word of all tells nothing."""
        held = self._held[rows][:, terms].toarray()
        number = (held[_highest(fit, TWINS)] > 0).sum(axis=0)
        among = np.log1p((min(TWINS, len(rows)) - number + 0.5) / (number + 0.5)) * (number > 0)
        score = held @ np.minimum(among, self._telling.values[terms])
        return score / max(float(score.max(initial=0)), 1e-6)

    def _habit(self, terms: Sequence[int], rows: Any) -> Any:
        """For some procedures, how usual the terms are among their phrases: log-likelihood below the best."""
        heard = self._heard[rows][:, terms].toarray()
        weights = self._telling.values[terms] * (heard.max(axis=0, initial=0) > 0)
        usual = np.log(UNHEARD + heard) @ weights
        return np.maximum((usual - usual.max()) / 20, LEAST_HABIT)


class _Unmarked(dict[str, str]):
    """Words without their marks, each worked out once."""

    def __missing__(self, word: str) -> str:
        self[word] = fold(word)
        return self[word]

    def text(self, words: str) -> str:
        return " ".join(map(self.__getitem__, words.split()))


def _sums(rows: Any, numbers: Any) -> Any:
    """The sums of so many neighbouring rows each of a sparse matrix."""
    owners = np.repeat(np.arange(len(numbers)), numbers)
    shape = (len(numbers), rows.shape[0])
    return sparse.csr_matrix((np.ones(len(owners), dtype=np.float32), (owners, np.arange(len(owners)))), shape) @ rows


def _shares(counts: Any, numbers: Any) -> Any:
    """In which share of so many neighbouring rows each a term stands."""
    presence = counts.copy()
    presence.data = np.ones_like(presence.data)
    shares = _sums(presence, numbers).tocsr()
    shares.data /= np.repeat(numbers, np.diff(shares.indptr)).astype(np.float32)
    return shares


def _worth_their_cost(weights: TermWeights, phrases: int) -> Any:
    """How much each term tells of phrases, without those that are not worth their cost."""
    if phrases <= FEW_PHRASES:
        return weights.values
    is_single = weights.share * phrases < 2
    return np.where(is_single | (weights.share > COMMON_IN_PHRASES), 0, weights.values).astype(np.float32)


def _highest(values: Any, number: int) -> Any:
    """The places of the highest values, so many at most."""
    if len(values) <= number:
        return np.arange(len(values))
    return np.argpartition(-values, number)[:number]


def _union(places: Any, others: Any) -> Any:
    return np.unique(np.concatenate([places, others]))


def _bare(name: str) -> str:
    """A name without the verbs that any procedure may begin with: 'dang ky khai tu' → 'khai tu'."""
    bare = _OPENING.sub("", name)
    return bare if " " in bare else name


def _spoken(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (spoken(text) for text in texts))))


def build(procedures: Mapping[str, Procedure]) -> Index:
    """The index over a catalogue, with the weights learnt for its size."""
    return Index([Entry.of(procedure) for procedure in procedures.values()], Weights.read(len(procedures)))
