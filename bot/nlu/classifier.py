"""Name the intent of a message: multinomial logistic regression over its sentence vector.

Rasa's own classifier is kept with skops, fixes its regularisation and loads slowly. This one keeps plain arrays.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.messages.vocabulary import fold
from bot.nlu.clauses import are_two, cuts
from bot.nlu.encoder import ENCODERS, SentenceEncoder, check_encoders, encode

#: The entity that names the intent of a second request in the same message.
ALSO = "also"

_FILE = "intents"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking` with confidences that sum to 1.

    A message that is word for word an example means what the example was given for: what staff teach is understood,
    and greetings in languages the encoder does not know are too. Of a message with two requests, the intent is that of
    the first, and an entity `also` names the second.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        labels: list[str] | None = None,
        weights: NDArray[np.float64] | None = None,
        bias: NDArray[np.float64] | None = None,
        taught: dict[str, str] | None = None,
    ) -> None:
        check_encoders(config["encoders"])
        self.config = config
        self._model_storage = model_storage
        self._resource = resource
        self.labels = labels or []
        self.weights = weights
        self.bias = bias
        self.taught = taught or {}

    @classmethod
    def required_components(cls) -> list[type]:
        """Components that must come before this one."""
        return [SentenceEncoder]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C` is the inverse strength of regularisation; `ranking_length` how many intents are told.

        `tol` is small so that every version of scikit-learn goes on to the same weights. `encoders` are those of the
        `SentenceEncoder` before it: parts of a message are encoded here.
        """
        return {"C": 1.0, "max_iter": 300, "tol": 1e-6, "ranking_length": 10, "encoders": list(ENCODERS)}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceIntentClassifier:
        """Make an untrained component. Raises InvalidConfigException: an encoder is named that is not there."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the weights on all examples that have an intent and a text, and store them.

        Raises:
            InvalidConfigException: the sentence vectors are not those of the encoders named here.
        """
        from sklearn.linear_model import LogisticRegression

        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        if not examples:
            return self._resource
        vectors = np.vstack([_vector(example) for example in examples])
        if vectors.shape[1] != encode([examples[0].get(TEXT)], self.config["encoders"]).shape[1]:
            raise InvalidConfigException("SentenceEncoder and SentenceIntentClassifier name different encoders.")
        model = LogisticRegression(
            C=self.config["C"],
            max_iter=self.config["max_iter"],
            tol=self.config["tol"],
            class_weight="balanced",
            random_state=0,
        )
        centre = vectors.mean(axis=0)
        model.fit(vectors - centre, [example.get(INTENT) for example in examples])
        self.labels = [str(label) for label in model.classes_]
        self.weights, self.bias = model.coef_, model.intercept_ - model.coef_ @ centre
        if len(self.labels) == 2:
            self.weights = np.vstack([-self.weights[0] / 2, self.weights[0] / 2])
            self.bias = np.array([-self.bias[0] / 2, self.bias[0] / 2])
        self.taught = {_key(example.get(TEXT)): example.get(INTENT) for example in examples}
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the intent of each message that has a sentence vector."""
        for message in messages:
            vector = _vector(message)
            if self.weights is None or self.bias is None or vector is None:
                continue
            ranking = self._ranking(vector)
            known = self.taught.get(_key(message.get(TEXT)))
            if known:
                ranking = [{"name": known, "confidence": 1.0}, *(entry for entry in ranking if entry["name"] != known)]
            elif both := self.two_requests(message.get(TEXT)):
                ranking, second = both
                also = {"entity": ALSO, "value": second, "extractor": type(self).__name__}
                message.set(ENTITIES, [*(message.get(ENTITIES) or []), also], add_to_output=True)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[: self.config["ranking_length"]], add_to_output=True)
        return messages

    def two_requests(self, text: str) -> tuple[list[dict[str, Any]], str] | None:
        """The first request's ranking and the second's intent, where a message surely asks for two different things."""
        pairs = cuts(text)
        if not pairs:
            return None
        vectors = encode([side for pair in pairs for side in pair], self.config["encoders"])
        best, surest = None, 0.0
        for left, right in zip(vectors[::2], vectors[1::2]):
            first, second = self._ranking(left), self._ranking(right)
            confidence = min(first[0]["confidence"], second[0]["confidence"])
            if confidence > surest and are_two(first[0]["name"], second[0]["name"], confidence):
                best, surest = (first, str(second[0]["name"])), confidence
        return best

    def _ranking(self, vector: NDArray[Any]) -> list[dict[str, Any]]:
        scores = self.weights @ vector + self.bias
        odds = np.exp(scores - scores.max())
        confidences = odds / odds.sum()
        return [{"name": self.labels[i], "confidence": float(confidences[i])} for i in np.argsort(-confidences)]

    def _persist(self) -> None:
        assert self.weights is not None and self.bias is not None
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / f"{_FILE}.npz", weights=self.weights, bias=self.bias)
            (folder / f"{_FILE}.json").write_text(
                json.dumps({"labels": self.labels, "taught": self.taught}, ensure_ascii=False), encoding="utf-8"
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceIntentClassifier:
        """Load the stored arrays; a model without them (trained on no examples) names no intent."""
        try:
            with model_storage.read_from(resource) as folder:
                words = json.loads((folder / f"{_FILE}.json").read_text(encoding="utf-8"))
                with np.load(folder / f"{_FILE}.npz", allow_pickle=False) as arrays:
                    return cls(
                        config,
                        model_storage,
                        resource,
                        words["labels"],
                        arrays["weights"],
                        arrays["bias"],
                        words["taught"],
                    )
        except ValueError:
            return cls.create(config, model_storage, resource, execution_context)


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _vector(message: Message) -> Any:
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else sentence.features[0]
