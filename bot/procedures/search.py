"""Which procedure does a message mean? Ranks the whole catalogue, with probabilities.

Every procedure is a set of *phrases* (official name, everyday names, ways of asking) and one
*profile* (all phrases with field, documents, results and conditions). A message is compared, without
marks, by words and by letters, with the best phrase and with the profile; marks that it has must
fit ("vàng" is not "vắng"). Words that many procedures share ("giấy tờ gì", "bao nhiêu tiền") weigh
next to nothing, so what only names an aspect does not distract. A conditional logit over these
comparisons gives, for each procedure and for "none of them", the probability that it is meant;
``motcua calibrate`` learns its weights.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from bot.language.normalise import comparable, spoken
from bot.language.text import fold
from bot.language.typing_leftovers import is_syllable
from bot.procedures.model import Procedure

WEIGHTS = Path(__file__).with_name("search_weights.json")
#: What a candidate is scored by, in the order of the weights.
FEATURES = (
    "phrase_letters",  # cosine with the best phrase, by letters
    "profile_letters",  # cosine with the profile, by letters
    "words_known",  # weighted share of the message's words that the profile holds, marks included
    "named_exactly",  # the message is one of the names, and nothing else
    "name_weight",  # how fully one of the names stands in the message, by weight of its words
    "name_words",  # the same, by number of words: "kết hôn" is all of one name, half of "lại kết hôn"
    "evidence",  # weighted words shared with the profile: grows with what is said
    "evidence_share",  # the same, relative to the best procedure
)
#: Rankings of the latest messages that an index keeps.
RANKINGS_KEPT = 32
#: Shorter words have too many neighbours to be mended.
SHORTEST_MENDED = 3
_OPENING = re.compile(r"^(?:(?:thu tuc|dang ky|cap|lam|xin|giai quyet|thuc hien) )+")


@dataclass(frozen=True)
class Candidate:
    """A procedure and the probability that the message means it."""

    code: str
    probability: float


@dataclass(frozen=True)
class Ranking:
    """Candidates, best first, and the probability that none of the catalogue is meant."""

    candidates: tuple[Candidate, ...]
    none: float

    @property
    def best(self) -> Candidate | None:
        """The likeliest procedure, if the catalogue has any."""
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True)
class Weights:
    """The learnt conditional logit: a weight for each feature, and the score of 'none of them'."""

    features: tuple[float, ...]
    none: float

    @classmethod
    def read(cls, path: Path = WEIGHTS) -> Weights:
        """The weights that ``motcua calibrate`` wrote."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(data["features"][name] for name in FEATURES), data["none"])

    def write(self, path: Path = WEIGHTS) -> None:
        """Keep the weights where :meth:`read` finds them."""
        named = {name: round(value, 4) for name, value in zip(FEATURES, self.features, strict=True)}
        path.write_text(json.dumps({"features": named, "none": round(self.none, 4)}, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Entry:
    """What the search knows of a procedure, as spoken texts (normalised lower-case words)."""

    code: str
    titles: tuple[str, ...]
    phrases: tuple[str, ...]
    context: str

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
        )

    def without(self, phrases: Iterable[str]) -> Entry:
        """The entry with some phrases held back."""
        held = set(phrases)
        titles = tuple(title for title in self.titles if title not in held)
        return Entry(self.code, titles, tuple(phrase for phrase in self.phrases if phrase not in held), self.context)


class Index:
    """An immutable index over a catalogue; building it takes seconds, a ranking milliseconds."""

    def __init__(self, entries: Sequence[Entry], weights: Weights) -> None:
        self.codes = tuple(entry.code for entry in entries)
        self._weights = weights
        # A turn may ask for the same ranking more than once.
        self._rank = lru_cache(maxsize=RANKINGS_KEPT)(self._rank_anew)
        if not entries:
            return
        self._owner = np.array([i for i, entry in enumerate(entries) for _ in entry.phrases], dtype=np.intp)
        phrases = [fold(phrase) for entry in entries for phrase in entry.phrases]
        marked = [" ".join((*entry.phrases, entry.context)) for entry in entries]
        profiles = [fold(profile) for profile in marked]
        self._words = _Space(profiles, phrases, analyzer="word", token_pattern=r"\S+", ngram_range=(1, 2))
        self._letters = _Space(profiles, phrases, analyzer="char_wb", ngram_range=(3, 5))
        self._known = _KnownWords(marked, self._words)
        self._titles = _Titles([[fold(title) for title in entry.titles] for entry in entries], self._words)

    def rank(self, text: str) -> Ranking:
        """Every procedure with the probability that a message means it."""
        return self._rank(text)

    def _rank_anew(self, text: str) -> Ranking:
        if not self.codes:
            return Ranking((), 1.0)
        features = self.features(self._known.mend(spoken(text)))
        scores = np.append(features @ np.array(self._weights.features), self._weights.none)
        odds = np.exp(scores - scores.max())
        shares = odds / odds.sum()
        order = np.argsort(-shares[:-1], kind="stable")
        candidates = tuple(Candidate(self.codes[i], float(shares[i])) for i in order)
        return Ranking(candidates, float(shares[-1]))

    def features(self, said: str) -> Any:
        """How a spoken text compares with every procedure: shape (procedures, features)."""
        query = fold(said)
        letters = self._letters.unit(query)
        evidence = self._words.profiles_like(self._words.vector(query))
        return np.column_stack(
            [
                self._best(self._letters.phrases_like(letters)),
                self._letters.profiles_like(letters),
                self._known.share(said),
                self._titles.equal(query),
                *self._titles.contained(query),
                evidence,
                evidence / max(float(evidence.max()), 1e-6),
            ]
        )

    def telling_words(self, text: str) -> list[str]:
        """The words of a message that can tell procedures apart: rare in the catalogue, or unknown to it."""
        return [word for word in comparable(text).split() if self._words.is_telling(word)]

    def _best(self, similarities: Any) -> Any:
        best = np.zeros(len(self.codes))
        np.maximum.at(best, self._owner, similarities)
        return best


class _Space:
    """Texts as unit vectors of words or letters, weighted by how few procedures share each term."""

    #: A word in more than this share of the profiles tells nothing.
    COMMON = 0.25

    def __init__(self, profiles: Sequence[str], phrases: Sequence[str], **how: Any) -> None:
        self._vectorizer = CountVectorizer(lowercase=False, dtype=np.float32, **how)
        counts = self._vectorizer.fit_transform(profiles)
        holding = np.bincount(counts.indices, minlength=counts.shape[1])
        self._share = holding / len(profiles)
        self._weight = np.log((1 + len(profiles)) / (0.5 + holding)).astype(np.float32)
        self._profiles = sparse.csc_matrix(_to_unit_length(self._weighted(counts)))
        self._phrases = sparse.csc_matrix(_to_unit_length(self._weighted(self._vectorizer.transform(phrases))))
        self._unknown_weight = float(np.log(2 * (1 + len(profiles))))

    def vector(self, query: str) -> Any:
        """A query as weighted terms."""
        return self._weighted(self._vectorizer.transform([query]))

    def unit(self, query: str) -> Any:
        """A query as weighted terms of length one."""
        return _to_unit_length(self.vector(query))

    def phrases_like(self, vector: Any) -> Any:
        """How much every phrase is like a query vector."""
        return _dot(self._phrases, vector)

    def profiles_like(self, vector: Any) -> Any:
        """How much every profile is like a query vector."""
        return _dot(self._profiles, vector)

    def is_telling(self, word: str) -> bool:
        """Whether a word is unknown, or known to few enough profiles to tell them apart."""
        column = self._vectorizer.vocabulary_.get(word)
        return column is None or bool(self._share[column] <= self.COMMON)

    def weight(self, word: str) -> float:
        """How much a word tells."""
        column = self._vectorizer.vocabulary_.get(word)
        return self._unknown_weight if column is None else float(self._weight[column])

    def _weighted(self, counts: Any) -> Any:
        weighted = sparse.csr_matrix(counts, copy=True)
        weighted.data = 1 + np.log(weighted.data)
        return weighted.multiply(self._weight).tocsr()


def _to_unit_length(vectors: Any) -> Any:
    length = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(length, 1e-9)) @ vectors).tocsr()


def _dot(matrix: Any, vector: Any) -> Any:
    # Only the columns of the query's terms are touched: the cost follows the query, not the catalogue.
    result = np.zeros(matrix.shape[0], dtype=np.float32)
    for column, value in zip(vector.indices, vector.data, strict=True):
        start, end = matrix.indptr[column], matrix.indptr[column + 1]
        result[matrix.indices[start:end]] += matrix.data[start:end] * value
    return result


class _KnownWords:
    """Which words, with their marks, the profiles hold."""

    def __init__(self, profiles: Sequence[str], space: _Space) -> None:
        self._size = len(profiles)
        self._space = space
        self._holding: dict[str, list[int]] = {}
        for number, profile in enumerate(profiles):
            words = set(profile.split())
            for form in words | {f"~{fold(word)}" for word in words}:
                self._holding.setdefault(form, []).append(number)
        self._spelt = [form[1:] for form in self._holding if form.startswith("~")]

    def mend(self, said: str) -> str:
        """The text with slips mended: what is no Vietnamese syllable, and a known word but for one letter."""
        return " ".join(self._mend_word(word) for word in said.split())

    def _mend_word(self, word: str) -> str:
        if len(word) < SHORTEST_MENDED or is_syllable(word) or word in self._holding or not word.isalpha():
            return word
        near = process.extract(fold(word), self._spelt, scorer=OSA.distance, score_cutoff=1, limit=5)
        return max((known for known, _, _ in near), key=lambda known: len(self._holding[f"~{known}"]), default=word)

    def share(self, said: str) -> Any:
        """For every profile, the weighted share of the words said that it holds.

        A word typed without marks may stand for any with the same letters; one with marks may not.
        """
        share, total = np.zeros(self._size), 0.0
        for word in said.split():
            weight = self._space.weight(fold(word))
            total += weight
            share[self._holding.get(f"~{word}" if word.isascii() else word, [])] += weight
        return share / max(total, 1e-9)


class _Titles:
    """The short and everyday names of procedures, to see how fully one stands in a message."""

    def __init__(self, titles: Sequence[Sequence[str]], space: _Space) -> None:
        self._size = len(titles)
        names = [(owner, _bare(name).split()) for owner, names in enumerate(titles) for name in names]
        self._owner = np.array([owner for owner, _ in names], dtype=np.intp)
        self._owners: dict[str, list[int]] = {}
        for owner, words in names:
            self._owners.setdefault(" ".join(words), []).append(owner)
        self._lengths = np.array([len(set(words)) for _, words in names], dtype=float)
        self._weights = np.array([sum(map(self._weight_in(space), set(words))) for _, words in names])
        self._holding: dict[str, list[int]] = {}
        for number, (_, words) in enumerate(names):
            for word in set(words):
                self._holding.setdefault(word, []).append(number)
        self._word_weight = {word: self._weight_in(space)(word) for word in self._holding}

    def equal(self, query: str) -> Any:
        """For every procedure, 1 if the query is one of its names."""
        equal = np.zeros(self._size)
        equal[self._owners.get(_bare(query), [])] = 1
        return equal

    def contained(self, query: str) -> tuple[Any, Any]:
        """For every procedure, the largest share of one of its names that stands in the query.

        Returns:
            The squared share by weight and by number of words.
        """
        weight, number = np.zeros(len(self._owner)), np.zeros(len(self._owner))
        for word in set(query.split()) & self._holding.keys():
            holding = self._holding[word]
            weight[holding] += self._word_weight[word]
            number[holding] += 1
        return self._best(weight, self._weights), self._best(number, self._lengths)

    def _best(self, found: Any, whole: Any) -> Any:
        best = np.zeros(self._size)
        if found.size:
            np.maximum.at(best, self._owner, (found / whole) ** 2)
        return best

    @staticmethod
    def _weight_in(space: _Space) -> Callable[[str], float]:
        return lambda word: max(space.weight(word), 0.05)


def _bare(name: str) -> str:
    """A name without the verbs that any procedure may begin with: 'dang ky khai tu' → 'khai tu'."""
    bare = _OPENING.sub("", name)
    return bare if " " in bare else name


def _spoken(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (spoken(text) for text in texts))))


def build(procedures: Mapping[str, Procedure], weights: Weights) -> Index:
    """The index over a catalogue."""
    return Index([Entry.of(procedure) for procedure in procedures.values()], weights)
