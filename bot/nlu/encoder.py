"""Turn a message into one dense vector with the multilingual universal sentence encoder."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.safety.classifier import sentence_encoder

#: The encoder's vectors have length 1. Scaled by the square root of ten, a regularised linear classifier behaves on
#: them as with C=10, without which its confidences are too flat to tell sure from unsure.
SCALE = 3.1623


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds a sentence feature of shape (1, 512), float32, to the text of every message."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Make the component; nothing is trained or stored."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be configured."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the feature to each message that has text."""
        spoken = [message for message in messages if message.get(TEXT)]
        if not spoken:
            return messages
        vectors = np.atleast_2d(sentence_encoder().encode([message.get(TEXT) for message in spoken]))
        for message, vector in zip(spoken, vectors):
            feature = Features(
                (vector * SCALE).astype(np.float32).reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier
            )
            message.add_features(feature)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the feature to every training example."""
        self.process(training_data.training_examples)
        return training_data
