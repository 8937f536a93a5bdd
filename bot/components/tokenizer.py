"""A tokenizer that makes marked, unmarked and mistyped Vietnamese the same words."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.language.normalise import comparable

#: Stands for a message without a single word, such as "???" or an emoji.
NO_WORDS = "_"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """Splits the normalised, unmarked text into words; featurizers after it see nothing else."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The default configuration: intents are not split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietnameseTokenizer:
        """Create the component (nothing is learnt)."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The words of a message; positions are those in the normalised text."""
        words = comparable(message.get(attribute)).split() or [NO_WORDS]
        tokens, start = [], 0
        for word in words:
            tokens.append(Token(word, start))
            start += len(word) + 1
        return self._apply_token_pattern(tokens)
