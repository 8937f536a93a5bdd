"""The learner behind the NLU components: TF-IDF of words and letters, one linear classifier a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer

from bot.language.normalise import comparable, spoken

#: How strongly the training data is believed against the prior (chosen by cross-validation, see docs).
STRENGTH = 30.0


@dataclass
class LinearTextModel:
    """Finds labels of texts; unmarked words and letters, and words with their marks where there are any."""

    vectorizers: list[TfidfVectorizer]
    classifier: OneVsRestClassifier
    labels: list[str]

    @classmethod
    def learn(cls, texts: Sequence[str], labels: Sequence[Sequence[str]]) -> LinearTextModel:
        """Learn from texts and the labels of each."""
        vectorizers = [
            TfidfVectorizer(analyzer="word", token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="word", token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        ]
        features = hstack([v.fit_transform(view) for v, view in zip(vectorizers, _views(texts), strict=True)])
        binarizer = MultiLabelBinarizer()
        targets = binarizer.fit_transform(labels)
        linear = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
        classifier = OneVsRestClassifier(linear).fit(features.tocsr(), targets)
        return cls(vectorizers, classifier, [str(label) for label in binarizer.classes_])

    def shares(self, text: str) -> list[tuple[str, float]]:
        """Every label with its probability, likeliest first."""
        views = zip(self.vectorizers, _views([text]), strict=True)
        features = hstack([vectorizer.transform(view) for vectorizer, view in views]).tocsr()
        shares = np.asarray(self.classifier.predict_proba(features))[0]
        return sorted(zip(self.labels, (float(share) for share in shares), strict=True), key=lambda pair: -pair[1])

    def write(self, path: Path) -> None:
        """Keep the model in a file that runs no code when it is read."""
        state = {"vectorizers": self.vectorizers, "classifier": self.classifier, "labels": self.labels}
        skops.io.dump(state, path)

    @classmethod
    def read(cls, path: Path) -> LinearTextModel:
        """Read a model; only types that skops trusts are unpacked."""
        state: dict[str, Any] = skops.io.load(path, trusted=["scipy.sparse._csr.csr_matrix"])
        return cls(state["vectorizers"], state["classifier"], state["labels"])


def _views(texts: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    unmarked = [comparable(text) for text in texts]
    return unmarked, unmarked, [spoken(text) for text in texts]
