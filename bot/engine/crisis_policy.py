"""The policy above all others: whatever else is going on, a crisis is answered as a crisis.

Rules alone would not do: in Rasa an active loop beats every rule, so that a crisis said inside a form would be taken
as the form's answer. A prediction that claims not to depend on the user's input, at the highest priority, wins.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

PRIORITY = 100


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class CrisisPolicy(Policy):
    """Predicts `action_crisis` right after a message of intent `crisis`, and has no opinion otherwise."""

    @staticmethod
    def supported_data() -> SupportedData:
        """It learns from no data; declaring both kinds lets rules and stories stand beside it."""
        return SupportedData.ML_AND_RULE_DATA

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Its priority, above Rasa's rule policy."""
        return {"priority": PRIORITY}

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predict `action_crisis` with certainty, or nothing."""
        said = tracker.latest_message
        crisis = said is not None and said.intent.get("name") == "crisis"
        if not crisis or tracker.latest_action_name != ACTION_LISTEN_NAME:
            return PolicyPrediction(self._default_predictions(domain), type(self).__name__, PRIORITY)
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action("action_crisis")] = 1.0
        return PolicyPrediction(
            probabilities,
            type(self).__name__,
            PRIORITY,
            is_no_user_prediction=True,
            hide_rule_turn=True,
        )
