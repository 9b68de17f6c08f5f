"""What both drivers of the reference run share: the conversations to have, and how an answered turn is written down.

Runs in both environments, so nothing here imports Rasa, and the syntax is Python 3.10's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "e2e" / "conversations"


@dataclass(frozen=True)
class Turn:
    """One thing a person does: says a text, or presses a choice."""

    name: str
    say: str | None
    choose: str | None


@dataclass(frozen=True)
class Conversation:
    """Turns that follow on each other, in one language."""

    name: str
    locale: str
    turns: Sequence[Turn]


@dataclass(frozen=True)
class Answered:
    """A turn as one environment answered it. Only typed text has a confidence and entities worth comparing."""

    turn: str
    intent: str
    confidence: float | None
    entities: Sequence[tuple[str, str]]
    state: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]


def read_conversations(folder: Path = FOLDER) -> list[Conversation]:
    """Every scenario of the folder. What it expects is for the end-to-end tests; here the turns alone count."""
    return [
        _conversation(f"{path.stem}: {scenario['name']}", scenario)
        for path in sorted(folder.glob("*.yml"))
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def understood(turn: Turn, parsed: Mapping[str, Any]) -> tuple[float | None, list[tuple[str, str]]]:
    """Confidence and entities of typed text, as Rasa parsed it."""
    if turn.say is None:
        return None, []
    found = [(entity["entity"], entity["value"]) for entity in parsed.get("entities") or []]
    return parsed["intent"]["confidence"], found


def write_answers(path: Path, answers: Iterable[Answered]) -> None:
    """Write the answered turns as JSON, for `compare.py`."""
    path.write_text(json.dumps([asdict(answer) for answer in answers], ensure_ascii=False), encoding="utf-8")


def _conversation(name: str, scenario: Mapping[str, Any]) -> Conversation:
    turns = [
        Turn(f"{name}, turn {number}: {turn.get('say', turn.get('choose'))}", turn.get("say"), turn.get("choose"))
        for number, turn in enumerate(scenario["turns"], 1)
    ]
    return Conversation(name, scenario.get("locale", "en"), turns)
