"""The learner behind the NLU components: TF-IDF of words, letters and the ending, one linear classifier a label."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import hstack
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer

from bot.language.normalise import comparable, spoken

#: How strongly the training data is believed against the prior (chosen by cross-validation, see docs).
STRENGTH = 30.0
_WORDS: dict[str, Any] = {"analyzer": "word", "token_pattern": r"\S+", "ngram_range": (1, 2), "min_df": 2}
_LETTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3}
_PHRASES: dict[str, Any] = {**_WORDS, "ngram_range": (1, 3)}
#: Unmarked words, unmarked letters, words with their marks where there are any, and the unmarked ending
#: by itself, which a long story before it does not water down.
_VIEWS = (_WORDS, _LETTERS, _WORDS, _PHRASES)
#: How many words the ending has.
ENDING = 20


@dataclass
class LinearTextModel:
    """Finds labels of texts.

    ``weights`` has a row for each label and a column for each term, ``biases`` a value for each label.
    """

    vectorizers: list[TfidfVectorizer]
    weights: Any
    biases: Any
    labels: list[str]

    @classmethod
    def learn(cls, texts: Sequence[str], labels: Sequence[Sequence[str]]) -> LinearTextModel:
        """Learn from texts and the labels of each."""
        vectorizers = [_vectorizer(view) for view in _VIEWS]
        features = hstack([v.fit_transform(view) for v, view in zip(vectorizers, _views(texts), strict=True)])
        binarizer = MultiLabelBinarizer()
        targets = binarizer.fit_transform(labels)
        linear = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0, max_iter=300)
        fitted = OneVsRestClassifier(linear).fit(features.tocsr(), targets).estimators_
        weights = np.vstack([one.coef_[0] for one in fitted])
        biases = np.array([one.intercept_[0] for one in fitted])
        return cls(vectorizers, weights, biases, [str(label) for label in binarizer.classes_])

    def shares(self, text: str) -> list[tuple[str, float]]:
        """Every label with its probability, likeliest first."""
        return self.shares_of([text])[0]

    def shares_of(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """The shares of each of several texts, in one go."""
        views = zip(self.vectorizers, _views(texts), strict=True)
        features = hstack([vectorizer.transform(view) for vectorizer, view in views]).tocsr()
        return [self._ranked(row) for row in expit(np.asarray(features @ self.weights.T) + self.biases)]

    def _ranked(self, shares: Any) -> list[tuple[str, float]]:
        return sorted(zip(self.labels, map(float, shares), strict=True), key=lambda pair: -pair[1])

    def write(self, folder: Path) -> None:
        """Keep the model as plain numbers and words: reading it runs no code."""
        idf = {f"idf{number}": vectorizer.idf_ for number, vectorizer in enumerate(self.vectorizers)}
        np.savez_compressed(folder / "numbers.npz", weights=self.weights.astype(np.float32), biases=self.biases, **idf)
        terms = [list(vectorizer.get_feature_names_out()) for vectorizer in self.vectorizers]
        words = {"labels": self.labels, "terms": terms}
        (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> LinearTextModel:
        """Read a model that :meth:`write` kept."""
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        with np.load(folder / "numbers.npz", allow_pickle=False) as numbers:
            vectorizers = []
            for number, (view, terms) in enumerate(zip(_VIEWS, words["terms"], strict=True)):
                vectorizer = _vectorizer(view, vocabulary={term: column for column, term in enumerate(terms)})
                vectorizer.idf_ = numbers[f"idf{number}"]
                vectorizers.append(vectorizer)
            return cls(vectorizers, numbers["weights"], numbers["biases"], words["labels"])


def _vectorizer(view: dict[str, Any], **more: Any) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, **view, **more)


def _views(texts: Sequence[str]) -> tuple[list[str], ...]:
    unmarked = [comparable(text) for text in texts]
    endings = [" ".join(text.split()[-ENDING:]) for text in unmarked]
    return unmarked, unmarked, [spoken(text) for text in texts], endings
