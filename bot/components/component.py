"""What our NLU components share: creating, keeping and loading a linear text model in Rasa's graph."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from typing_extensions import Self

from bot.components.linear_text_model import LinearTextModel


class LinearComponent(GraphComponent):
    """A component that learns labels of training examples and puts them into messages."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: LinearTextModel | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """Create the untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        """Load the trained component."""
        component = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                component._model = LinearTextModel.read(folder)
        except ValueError:
            return component  # there was no example to learn from
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that carry labels."""
        examples = [(e.get(TEXT), self.labels_of(e)) for e in training_data.intent_examples if e.get(TEXT)]
        labelled = [(text, labels) for text, labels in examples if labels]
        if labelled:
            self._model = LinearTextModel.learn([text for text, _ in labelled], [labels for _, labels in labelled])
            with self._model_storage.write_to(self._resource) as folder:
                self._model.write(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after us learns from what we find."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Put what is found into every message."""
        if self._model is not None:
            for message in messages:
                self.put(message, self._model)
        return messages

    def labels_of(self, example: Message) -> list[str]:
        """The labels that a training example carries."""
        raise NotImplementedError

    def put(self, message: Message, model: LinearTextModel) -> None:
        """Put what the model finds into a message."""
        raise NotImplementedError
