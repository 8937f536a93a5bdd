"""Texts as weighted terms, and how well a query fits each of them (Okapi BM25)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

#: A word in more than this share of the texts cannot tell them apart.
COMMON = 0.25
#: How fast a term's repetition stops counting, and how much long texts are held back (Okapi BM25).
SATURATION = 1.5
LENGTH = 0.6


def terms_of(text: str) -> list[str]:
    """The terms of a text: its words, and its pairs of words side by side."""
    words = text.split()
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


class TermIndex:
    """An inverted index over texts: the cost of a query follows its terms, not the number of texts.

    Args:
        texts: The texts, as words with single spaces between.
        common: A term in more than this share of the texts is passed over.
        rarest: A term in fewer texts than this is passed over.
        terms: Only these terms count; all of the texts' terms if not given.
    """

    def __init__(
        self, texts: Sequence[str], common: float = 1.0, rarest: int = 1, terms: Collection[str] | None = None
    ) -> None:
        self._vectorizer = CountVectorizer(
            lowercase=False, dtype=np.float32, analyzer=terms_of, min_df=rarest, vocabulary=terms
        )
        counts = self._vectorizer.fit_transform(texts).tocsr()
        self._size = len(texts)
        holding = np.bincount(counts.indices, minlength=counts.shape[1])
        self._share = holding / self._size
        weight = np.log1p((self._size - holding + 0.5) / (holding + 0.5)).astype(np.float32)
        #: What an unknown word weighs: as much as one that a single text holds.
        self.unknown_weight = float(np.log1p((self._size - 0.5) / 1.5))
        self._weight = np.where(self._share <= common, weight, 0).astype(np.float32)
        self._postings = sparse.csc_matrix(self._saturated(counts).multiply(self._weight))

    def scores(self, query: str) -> Any:
        """How well the query fits each text; 0 without a shared term."""
        result = np.zeros(self._size, dtype=np.float32)
        for column in self._columns(query):
            start, end = self._postings.indptr[column], self._postings.indptr[column + 1]
            result[self._postings.indices[start:end]] += self._postings.data[start:end]
        return result

    def weight_of(self, query: str) -> float:
        """What all terms of a query weigh together, words unknown here included."""
        unknown = sum(word not in self._vectorizer.vocabulary_ for word in set(query.split()))
        known = float(self._weight[self._columns(query)].sum())
        return known + unknown * self.unknown_weight

    def weight(self, word: str) -> float:
        """How much a word tells."""
        column = self._vectorizer.vocabulary_.get(word)
        return self.unknown_weight if column is None else float(self._weight[column])

    def is_telling(self, word: str) -> bool:
        """Whether a word is unknown, or known to few enough texts to tell them apart."""
        column = self._vectorizer.vocabulary_.get(word)
        return column is None or bool(self._share[column] <= COMMON)

    def _columns(self, query: str) -> list[int]:
        known = self._vectorizer.vocabulary_
        return [column for term in sorted(set(terms_of(query))) if (column := known.get(term)) is not None]

    def _saturated(self, counts: Any) -> Any:
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        relative = lengths / max(float(lengths.mean()), 1e-9)
        rows = np.repeat(np.arange(self._size), np.diff(counts.indptr))
        brake = SATURATION * (1 - LENGTH + LENGTH * relative[rows])
        saturated = counts.copy()
        saturated.data = (saturated.data * (SATURATION + 1) / (saturated.data + brake)).astype(np.float32)
        return saturated


class LetterIndex:
    """Texts as unit vectors of their letters, four at a time: sees through slips, endings and word order."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectorizer = CountVectorizer(lowercase=False, dtype=np.float32, analyzer="char_wb", ngram_range=(4, 4))
        counts = self._vectorizer.fit_transform(texts)
        holding = np.bincount(counts.indices, minlength=counts.shape[1])
        self._weight = np.log((1 + len(texts)) / (0.5 + holding)).astype(np.float32)
        self._texts = self._unit(counts)

    def similarities(self, query: str, rows: Any) -> Any:
        """The cosine of a query with some of the texts, given by their numbers."""
        vector = np.asarray(self._unit(self._vectorizer.transform([query])).todense()).ravel()
        return self._texts[rows] @ vector

    def _unit(self, counts: Any) -> Any:
        weighted = sparse.csr_matrix(counts.multiply(self._weight), dtype=np.float32)
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return (sparse.diags(1 / np.maximum(length, 1e-9)) @ weighted).astype(np.float32).tocsr()
