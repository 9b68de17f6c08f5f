"""The scenarios of `conversations/`, run over HTTP against a running guide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_conversation(server: Any, hold: Callable[..., None], scenario: dict[str, Any]) -> None:
    hold(server, scenario)
