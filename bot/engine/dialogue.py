"""Rasa's Agent, hosted: load a model, answer one turn at a time, keep nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.engine import rasa_compat

rasa_compat.install()

import structlog  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402
from rasa.core.channels.channel import OutputChannel, UserMessage  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402

from bot.engine.action_endpoint import InProcessActions, use_compiled_validator  # noqa: E402
from bot.engine.protocol import EngineError, EngineReply, EngineRequest, defuse  # noqa: E402
from bot.engine.tracker_store import TurnTrackerStore  # noqa: E402
from bot.messages import ChoiceCatalogue  # noqa: E402


class _Collected(OutputChannel):
    """Takes what the dialogue says, whole and in order."""

    def __init__(self) -> None:
        self.messages: list[Mapping[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "guide"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if message.get("text"):
            self.messages.append({"type": "text", "text": message["text"]})
        if message.get("custom"):
            self.messages.append(message["custom"])


class Dialogue:
    """A loaded model that answers turns. Not thread-safe: one turn at a time.

    Args:
        model: path of the trained model (`.tar.gz`).
        catalogue: the allow-list of choices.
        action_seconds: how long one action may take.

    Raises:
        EngineUnavailableError, or Rasa's own error: the model cannot be loaded.
    """

    def __init__(self, model: Path, catalogue: ChoiceCatalogue, action_seconds: float = 3.0) -> None:
        quiet_rasa()
        rasa_compat.guard_recipe()
        use_compiled_validator()
        self._catalogue = catalogue
        self._actions = InProcessActions("actions", action_seconds)
        agent = Agent(action_endpoint=self._actions)
        # Rasa wraps a store so that a failing one is silently replaced by memory that keeps every word: not here.
        agent.tracker_store = TurnTrackerStore(Domain.empty())
        agent.load_model(model)
        self._agent = agent
        self._store: TurnTrackerStore = agent.tracker_store

    async def answer(self, request: EngineRequest) -> EngineReply:
        """Answer one message.

        Raises:
            EngineError: the choice is unknown, an action failed, or nothing was answered.
        """
        out = _Collected()
        self._actions.failure = None
        self._store.begin("turn", {**request.state, "locale": request.locale})
        processor = self._agent.processor
        assert processor is not None
        message = self._user_message(request, out)
        if request.crisis and request.text is not None:
            parsed = await processor.parse_message(message)
            message.parse_data = {**parsed, "intent": {"name": "crisis", "confidence": 1.0}}
        await processor.handle_message(message)
        if self._actions.failure:
            raise EngineError(f"an action failed: {self._actions.failure}")
        if not out.messages:
            raise EngineError("the dialogue had no answer")
        intent = await self._last_intent()
        state = self._store.finish()
        return EngineReply(tuple(out.messages), str(state.get("topic") or "unknown"), intent, state)

    async def parse(self, text: str) -> Mapping[str, Any]:
        """What the pipeline understands of a text: intent, ranking and entities, as Rasa gives them."""
        processor = self._agent.processor
        assert processor is not None
        parsed: Mapping[str, Any] = await processor.parse_message(UserMessage(defuse(text)))
        return parsed

    async def _last_intent(self) -> str:
        tracker = await self._store.retrieve("turn")
        assert tracker is not None and tracker.latest_message is not None
        return str(tracker.latest_message.intent.get("name"))

    def _user_message(self, request: EngineRequest, out: OutputChannel) -> UserMessage:
        if request.choice is None:
            return UserMessage(defuse(request.text or ""), out, "turn", input_channel="guide")
        if request.choice not in self._catalogue:
            raise EngineError("the choice is not on the allow-list")
        meaning = self._catalogue.meaning(request.choice)
        parsed = {
            "text": request.choice,
            "intent": {"name": meaning.intent, "confidence": 1.0},
            "entities": [{"entity": name, "value": value} for name, value in meaning.entities],
        }
        return UserMessage(request.choice, out, "turn", parse_data=parsed, input_channel="guide")


def quiet_rasa() -> None:
    """Keep Rasa's logs to errors, without what people type: at lower levels Rasa quotes it."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("LOG_LEVEL_LIBRARIES", "ERROR")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for name in ("rasa", "rasa_sdk", "matplotlib", "apscheduler"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
