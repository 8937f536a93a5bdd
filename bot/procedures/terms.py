"""Texts as weighted terms, and how well a query fits each of them (Okapi BM25)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

#: A word in more than this share of the texts cannot tell them apart.
COMMON = 0.25
#: How fast a term's repetition stops counting, and how much long texts are held back (Okapi BM25).
SATURATION = 1.5
LENGTH = 0.6
#: A term in more than this share of the texts is kept as a full column: adding it whole is faster than picking rows.
DENSE = 0.08
#: Letters of which a text's vector is made, at a time.
LETTERS = 4


def terms_of(text: str) -> list[str]:
    """The terms of a text: its words, and its pairs of words side by side."""
    words = text.split()
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def letters_of(text: str) -> list[str]:
    """The letters of a text, four at a time within each word and the spaces around it."""
    grams = []
    for word in text.split():
        padded = f" {word} "
        grams += [padded[at : at + LETTERS] for at in range(max(len(padded) - LETTERS + 1, 1))]
    return grams


class Vocabulary:
    """Terms by number.

    Args:
        split: What makes terms of a text.
    """

    def __init__(self, split: Callable[[str], list[str]] = terms_of) -> None:
        self._split = split
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def learn(self, terms: Iterable[str]) -> None:
        """Take in some terms."""
        for term in terms:
            self._numbers.setdefault(term, len(self._numbers))

    def number(self, term: str) -> int | None:
        """The number of a term, if it is known."""
        return self._numbers.get(term)

    def numbers(self, text: str) -> list[int]:
        """The numbers of the terms of a text that are known, repetitions included."""
        known = self._numbers
        return [number for term in self._split(text) if (number := known.get(term)) is not None]

    def _learnt(self, text: str) -> list[int]:
        known = self._numbers
        return [known.setdefault(term, len(known)) for term in self._split(text)]

    def count(self, texts: Iterable[str], *, learning: bool = False) -> Any:
        """How often each term stands in each text: shape (texts, terms), sparse.

        Args:
            texts: The texts, as words with single spaces between.
            learning: Whether unknown terms are taken in; otherwise they are passed over.
        """
        found, ends = array("i"), array("i", [0])
        numbers = self._learnt if learning else self.numbers
        for text in texts:
            found.extend(numbers(text))
            ends.append(len(found))
        ones = np.ones(len(found), dtype=np.float32)
        counts = sparse.csr_matrix((ones, np.array(found), np.array(ends)), shape=(len(ends) - 1, len(self)))
        counts.sum_duplicates()
        return counts


class Postings:
    """The columns of a matrix of texts by terms: the sum of some of them costs what they hold."""

    def __init__(self, weighted: Any) -> None:
        columns = weighted.tocsc()
        self._size = weighted.shape[0]
        self._ends, self._rows, self._values = columns.indptr, columns.indices, columns.data
        full = np.flatnonzero(np.diff(self._ends) > DENSE * self._size)
        self._full = {int(number): np.asarray(columns[:, number].todense()).ravel() for number in full}

    def sum(self, columns: Iterable[int]) -> Any:
        """For every text, the sum of its values in some columns."""
        result = np.zeros(self._size, dtype=np.float32)
        for column in columns:
            if column in self._full:
                result += self._full[column]
            else:
                held = slice(self._ends[column], self._ends[column + 1])
                result[self._rows[held]] += self._values[held]
        return result


class Grouped:
    """The rows of a matrix of texts by terms, those of one owner side by side.

    Args:
        weighted: The matrix, sparse.
        starts: The first row of each owner, in order.
    """

    def __init__(self, weighted: Any, starts: Any) -> None:
        self._texts = weighted.tocsr()
        self._starts = np.append(starts, weighted.shape[0])

    def rows(self, owners: Any) -> tuple[Any, Any]:
        """The rows of some owners, one owner after the other, and the place of each owner's first one."""
        return _ranges(self._starts[owners], self._starts[owners + 1])

    def dots(self, query: Any, rows: Any) -> Any:
        """The dot products of a query, a value for each term, with some rows."""
        return self._texts[rows] @ query


def _ranges(starts: Any, ends: Any) -> tuple[Any, Any]:
    """The numbers of several ranges, one range after the other, and the place where each begins."""
    lengths = ends - starts
    begins = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - begins, lengths), begins


class TermWeights:
    """How much each term tells: the fewer texts hold it, the more (Okapi BM25).

    Args:
        counts: How often each term stands in each text.
        vocabulary: The terms' numbers.
    """

    def __init__(self, counts: Any, vocabulary: Vocabulary) -> None:
        size = counts.shape[0]
        holding = np.bincount(counts.indices, minlength=counts.shape[1])
        self._vocabulary = vocabulary
        self.share = holding / size
        self.values = np.log1p((size - holding + 0.5) / (holding + 0.5)).astype(np.float32)
        #: What an unknown word weighs: as much as one that a single text holds.
        self.unknown = float(np.log1p((size - 0.5) / 1.5))

    def of_text(self, text: str) -> float:
        """What all terms of a text weigh together, words unknown here included."""
        unknown = sum(self._vocabulary.number(word) is None for word in set(text.split()))
        return float(self.values[sorted(set(self._vocabulary.numbers(text)))].sum()) + unknown * self.unknown

    def of_word(self, word: str) -> float:
        """How much a word tells."""
        number = self._vocabulary.number(word)
        return self.unknown if number is None else float(self.values[number])

    def is_telling(self, word: str) -> bool:
        """Whether a word is unknown, or known to few enough texts to tell them apart."""
        number = self._vocabulary.number(word)
        return number is None or bool(self.share[number] <= COMMON)


def bm25(counts: Any, values: Any) -> Any:
    """The matrix of a text's terms by what they contribute to its score: saturated counts times values."""
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    relative = lengths / max(float(lengths.mean()), 1e-9)
    brake = SATURATION * (1 - LENGTH + LENGTH * np.repeat(relative, np.diff(counts.indptr)))
    saturated = counts.copy()
    saturated.data = (counts.data * (SATURATION + 1) / (counts.data + brake) * values[counts.indices]).astype(
        np.float32
    )
    saturated.eliminate_zeros()
    return saturated


class Letters:
    """Texts as unit vectors of the letters of their telling words: sees through slips, endings and word order.

    Args:
        counts: How often each term stands in each text, those of one owner side by side.
        vocabulary: The terms.
        starts: The first text of each owner, in order.
        weights: How much each term tells.
    """

    def __init__(self, counts: Any, vocabulary: Vocabulary, starts: Any, weights: TermWeights) -> None:
        self._vocabulary = Vocabulary(letters_of)
        self._words = weights
        # A text has the letters of its words; pairs of words have none of their own.
        of_words = self._vocabulary.count(("" if " " in term else term for term in vocabulary), learning=True)
        letters = (counts.multiply(weights.values).tocsr() @ of_words).astype(np.float32)
        holding = np.bincount(letters.indices, minlength=letters.shape[1])
        self._weight = np.log((1 + counts.shape[0]) / (0.5 + holding)).astype(np.float32)
        letters.data *= self._weight[letters.indices]
        lengths = np.sqrt(np.asarray(letters.multiply(letters).sum(axis=1)).ravel())
        letters.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(letters.indptr)).astype(np.float32)
        self._texts = Grouped(letters, starts)

    def best(self, query: str, owners: Any) -> Any:
        """For some owners, the cosine of a query with the text of theirs that is most like it."""
        vector = np.zeros(len(self._vocabulary), dtype=np.float32)
        for word in query.split():
            np.add.at(vector, self._vocabulary.numbers(word), self._words.of_word(word))
        vector *= self._weight
        rows, firsts = self._texts.rows(owners)
        return np.maximum.reduceat(self._texts.dots(vector / max(float(np.linalg.norm(vector)), 1e-9), rows), firsts)
