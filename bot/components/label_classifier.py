"""Labels inside an intent: which aspects a question asks, which portal topic it is about.

Training examples carry their labels as intent metadata (``metadata: {aspects: [documents, fee]}``).
One linear classifier a label, over the same features as the intent; the labels found are put out as
entities, so that everything that reads Rasa's parse (slots, stories, the shell) sees them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import skops.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer

_FILE = "labels.skops"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LabelClassifier(GraphComponent):
    """Finds the labels of messages of one intent.

    Configuration: ``intent`` whose examples it learns from; ``key`` of their metadata; ``entity`` to
    put out; ``several`` – whether a message may have more than one; ``threshold`` for each of
    several; ``exclusive`` – a label that stands only alone (``overview``).
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Features must have been made before."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The default configuration."""
        return {"several": False, "threshold": 0.5, "exclusive": None, "C": 10.0}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._classifier: OneVsRestClassifier | None = None
        self._labels: list[str] = []

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LabelClassifier:
        """Create the untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples of the intent that carry labels."""
        examples = [example for example in training_data.intent_examples if self._labels_of(example)]
        if examples:
            binarizer = MultiLabelBinarizer()
            targets = binarizer.fit_transform([self._labels_of(example) for example in examples])
            linear = LogisticRegression(C=self._config["C"], max_iter=300, class_weight="balanced", random_state=0)
            self._classifier = OneVsRestClassifier(linear).fit(vstack([_features(e) for e in examples]), targets)
            self._labels = [str(label) for label in binarizer.classes_]
            self._persist()
        return self._resource

    def _labels_of(self, example: Message) -> list[str]:
        if example.get(INTENT) != self._config["intent"]:
            return []
        labels = ((example.get("metadata") or {}).get("intent") or {}).get(self._config["key"]) or []
        return [labels] if isinstance(labels, str) else list(labels)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the labels of every message as entities over its whole text."""
        for message in messages:
            entities = [
                {
                    "entity": self._config["entity"],
                    "value": label,
                    "start": 0,
                    "end": len(message.get(TEXT)),
                    "confidence_entity": share,
                    "extractor": type(self).__name__,
                }
                for label, share in self._find(message)
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def _find(self, message: Message) -> list[tuple[str, float]]:
        intent = (message.get(INTENT) or {}).get("name")
        if self._classifier is None or not self._may_have_labels(intent):
            return []
        shares = self._classifier.predict_proba(_features(message))[0]
        ranked = sorted(zip(self._labels, (float(share) for share in shares), strict=True), key=lambda pair: -pair[1])
        if not self._config["several"] or ranked[0][0] == self._config["exclusive"]:
            return ranked[:1]
        sure = [
            pair for pair in ranked if pair[1] >= self._config["threshold"] and pair[0] != self._config["exclusive"]
        ]
        return sure or ranked[:1]

    def _may_have_labels(self, intent: str | None) -> bool:
        return intent in (self._config["intent"], *self._config.get("also", []))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training data needs no labels added."""
        return training_data

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            skops.io.dump({"classifier": self._classifier, "labels": self._labels}, folder / _FILE)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LabelClassifier:
        """Load the trained component; only types that skops trusts are unpacked."""
        component = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                state = skops.io.load(folder / _FILE, trusted=[])
        except ValueError:
            return component  # trained without a single labelled example
        component._classifier = state["classifier"]
        component._labels = state["labels"]
        return component


def _features(message: Message) -> csr_matrix:
    sparse, _ = message.get_sparse_features(attribute=TEXT)[1], None
    return csr_matrix(sparse.features if sparse else np.zeros((1, 0)))
