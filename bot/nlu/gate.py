"""The safety gate, last in the pipeline: what may be a crisis is a crisis to the dialogue, whatever was classified.

The first layer stands in `bot/turns`, before any model: what it finds certain, it tells the engine. This is the second,
for whoever talks to the model without it, as Rasa's own command line does.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.safety import screen_by_rules

#: Set as the intent's confidence when the gate decides.
CERTAIN = 1.0


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyGate(GraphComponent):
    """Sets the intent `crisis` where the rules are certain, whatever was classified.

    What they find possible is not overruled here: `bot/turns` asks the check-in in front of the answer. Nor is a
    `crisis` that only the classifier heard: `bot/turns` takes it for possible, and asks.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SafetyGate:
        """Make the component; nothing is trained or stored."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Screen each message and set the intent `crisis` where they are certain."""
        for message in messages:
            text = message.get(TEXT)
            if text and screen_by_rules(text).level == "crisis":
                message.set(INTENT, {"name": "crisis", "confidence": CERTAIN}, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training data passes unchanged."""
        return training_data
