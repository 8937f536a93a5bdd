"""Texts by what they are about rather than by their very words: latent semantic analysis.

Words that keep the same company lie close together, so that a story fits a procedure whose own words it never uses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from bot.procedures.terms import COMMON, TermWeights, Vocabulary

DIMENSIONS = 64


class Meaning:
    """Texts as unit vectors of a few dimensions.

    Args:
        counts: How often each term stands in each text.
        vocabulary: The terms; single words count.
        weights: How much each term tells.
        dimensions: Of how many dimensions, at most.
    """

    def __init__(self, counts: Any, vocabulary: Vocabulary, weights: TermWeights, dimensions: int = DIMENSIONS) -> None:
        is_word = np.array([" " not in term for term in vocabulary], dtype=bool)
        # A word that one text alone has keeps no company.
        kept = np.flatnonzero(is_word & (weights.share * counts.shape[0] >= 2) & (weights.share <= COMMON))
        self._place = np.full(len(vocabulary), -1)
        self._place[kept] = np.arange(len(kept))
        words = weights.values[kept]
        texts = counts[:, kept].tocsr()
        texts.data = np.log1p(texts.data) * words[texts.indices]
        lengths = np.sqrt(np.asarray(texts.multiply(texts).sum(axis=1)).ravel())
        texts = (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ texts).tocsr().astype(np.float32)
        dimensions = min(dimensions, *(size - 1 for size in texts.shape))
        if dimensions < 1:
            self._words, self._texts = np.zeros((len(kept), 1)), np.zeros((counts.shape[0], 1))
            return
        left, sizes, right = randomized_svd(texts, dimensions, n_iter=2, random_state=0)
        self._words = (right.T * words[:, None]).astype(np.float32)
        self._texts = _unit((left * sizes).astype(np.float32))

    def cosines(self, terms: Any, rows: Any) -> Any:
        """How close a query, as numbers of terms, is to some of the texts: from -1 to 1."""
        places = self._place[terms]
        return self._texts[rows] @ _unit(self._words[places[places >= 0]].sum(axis=0))


def _unit(vectors: Any) -> Any:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
