"""Labels inside an intent: which aspects a question asks, which portal topic it is about.

Training examples carry their labels as intent metadata (``metadata: {aspects: [documents, fee]}``);
what is found is put out as entities, so that everything that reads Rasa's parse sees it.
"""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.component import LinearComponent
from bot.components.linear_text_model import LinearTextModel
from bot.language.endings import endings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LabelClassifier(LinearComponent):
    """Finds the labels of a message.

    Configuration: ``intent`` whose examples it learns from; ``key`` of their metadata; ``entity`` to
    put out; ``threshold`` – if given, every label at least so likely is put out, else the likeliest;
    ``least`` – where no label is so likely, none is put out, or the ``exclusive`` one; ``exclusive`` – a
    label that stands only alone; ``exclusive_intents`` – further intents, all of whose examples carry it ("còn kết hôn
    thì sao?" names a procedure and no aspect).
    """

    def labels_of(self, example: Message) -> list[str]:
        """The labels in the metadata of a training example of our intent."""
        if example.get(INTENT) in self._config.get("exclusive_intents", []):
            return [self._config["exclusive"]]
        if example.get(INTENT) != self._config["intent"]:
            return []
        labels = ((example.get("metadata") or {}).get("intent") or {}).get(self._config["key"]) or []
        return [labels] if isinstance(labels, str) else list(labels)

    def put(self, message: Message, model: LinearTextModel) -> None:
        """Add the labels found as entities over the whole text."""
        entities = [
            {
                "entity": self._config["entity"],
                "value": label,
                "start": 0,
                "end": len(message.get(TEXT)),
                "confidence_entity": share,
                "extractor": type(self).__name__,
            }
            for label, share in self._chosen(self._shares(message.get(TEXT), model))
        ]
        message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)

    def _shares(self, text: str, model: LinearTextModel) -> list[tuple[str, float]]:
        """Every label with its probability, in the whole text or in its endings; an exclusive one in the whole.

        In an ending the odds count half: "lấy ở đâu" asks for an office only where no form was named before.
        """
        whole, *parts = model.shares_of([text, *endings(text)])
        shares = dict(whole)
        for part in parts:
            for label, share in part:
                if label != self._config.get("exclusive"):
                    shares[label] = max(shares[label], share / (2 - share))
        return sorted(shares.items(), key=lambda pair: -pair[1])

    def _chosen(self, shares: list[tuple[str, float]]) -> list[tuple[str, float]]:
        best, threshold, exclusive = shares[0], self._config.get("threshold"), self._config.get("exclusive")
        if best[1] < self._config.get("least", 0.0):
            return [pair for pair in shares if pair[0] == exclusive]
        if threshold is None or best[0] == exclusive:
            return [best]
        likely = [(label, share) for label, share in shares if share >= threshold and label != exclusive]
        return likely or [best]
