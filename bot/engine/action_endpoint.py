"""Run the project's rasa_sdk actions in the engine's own process, behind Rasa's interface for an action server.

Rasa hands an action to an `EndpointConfig`; this one runs `rasa_sdk.executor.ActionExecutor` instead of an HTTP call.
`rasa run actions` goes on working for people who want a server of their own.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

_RESULT = Draft7Validator(RemoteAction.action_response_format_spec())


class ActionFailedError(Exception):
    """An action raised, took too long, or returned what Rasa cannot read."""


class InProcessActions(EndpointConfig):
    """Runs actions here, within a time limit, and remembers the failure that Rasa itself would pass over in silence.

    Args:
        package: the package whose `Action` classes are run.
        seconds: how long one action may take. A coroutine is cancelled at the limit; a blocking action is ended with
            its process, by `bot.engine.supervisor`.
    """

    def __init__(self, package: str, seconds: float) -> None:
        super().__init__(url="in-process")
        self.kwargs["enable_selective_domain"] = True
        self.seconds = seconds
        self.failure: str | None = None
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, method: str = "post", **kwargs: Any) -> Any:
        """Run the action that Rasa asks for.

        Raises:
            ActionFailedError: as its name says; `failure` then names the action and the kind of error, nothing more.
        """
        call = kwargs["json"]
        name = call.get("next_action")
        try:
            result = await asyncio.wait_for(self._executor.run(call), self.seconds)
            _RESULT.validate(result)
        except (Exception, asyncio.CancelledError) as error:
            kind = "returned an invalid result" if isinstance(error, ValidationError) else type(error).__name__
            self.failure = f"{name}: {kind}"
            # Not chained: an action's own error could quote what the person wrote.
            raise ActionFailedError(self.failure) from None
        return result


def use_compiled_validator() -> None:
    """Skip Rasa's own validation of an action's result: 25 ms each time, and already done here, compiled once."""
    RemoteAction._validate_action_result = lambda self, result: True
