"""What goes to the dialogue engine and what comes back: plain data, one JSON line each way.

The engine keeps nothing between two turns. A conversation's state travels with each request and comes back changed,
so that any engine can answer any conversation, and a turn that fails leaves the state as it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Leading characters by which Rasa would read typed text as a command ("/restart") instead of words.
_COMMAND = re.compile(r"^[\s/]+")

#: What the engine reads where nothing but slashes was typed.
_NOTHING_SAID = "?"


def defuse(text: str) -> str:
    """Typed text without the leading "/" by which Rasa reads a command; a bare slash becomes a question mark."""
    return _COMMAND.sub("", text) or _NOTHING_SAID


@dataclass(frozen=True)
class EngineRequest:
    """One message to answer: either `text` or `choice`, never both.

    `locale` is the language to answer in; `state` is what `EngineReply.state` was after the last turn, or empty;
    `crisis` says that the message is one for certain, whatever the model would make of it.
    """

    locale: str
    state: Mapping[str, Any]
    text: str | None = None
    choice: str | None = None
    crisis: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The request as JSON."""
        return {
            "locale": self.locale,
            "state": dict(self.state),
            "text": self.text,
            "choice": self.choice,
            "crisis": self.crisis,
        }


@dataclass(frozen=True)
class EngineReply:
    """The engine's answer: messages in JSON form, the topic, the intent's name, and the new state."""

    messages: tuple[Mapping[str, Any], ...]
    topic: str
    intent: str
    state: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The reply as JSON."""
        return {
            "messages": [dict(message) for message in self.messages],
            "topic": self.topic,
            "intent": self.intent,
            "state": dict(self.state),
        }


class EngineError(Exception):
    """The engine could not answer. The text names the fault, never what the person wrote."""


class EngineUnavailableError(EngineError):
    """No engine is running, or none has loaded a model yet."""


class EngineTimeoutError(EngineError):
    """The engine did not answer within its time limit."""
