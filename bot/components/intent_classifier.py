"""What kind of message it is."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.component import LinearComponent
from bot.components.linear_text_model import LinearTextModel

RANKING_LENGTH = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(LinearComponent):
    """Finds the intent of a message.

    Configuration: ``cautious`` – intents that are taken from a lower probability on, because missing
    them is worse than a false alarm (``{crisis: 0.3}``).
    """

    def labels_of(self, example: Message) -> list[str]:
        """The intent of a training example."""
        intent = example.get(INTENT)
        return [intent] if intent else []

    def put(self, message: Message, model: LinearTextModel) -> None:
        """Put the intent and the ranking into a message, probabilities summing to one."""
        shares = model.shares(message.get(TEXT))
        total = sum(share for _, share in shares) or 1.0
        ranking = [{"name": name, "confidence": share / total} for name, share in shares]
        cautious = self._config.get("cautious") or {}
        ranking.sort(key=lambda intent: intent["confidence"] < cautious.get(intent["name"], 2.0))
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking[:RANKING_LENGTH], add_to_output=True)
