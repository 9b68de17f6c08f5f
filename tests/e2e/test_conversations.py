"""The scenarios of `conversations/`, run over HTTP against a running guide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.messages import FLOOR_SLUGS, brief_floor

FOLDER = Path(__file__).parent / "conversations"

SCENARIOS = [
    pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")
    for path in sorted(FOLDER.glob("*.yml"))
    for scenario in yaml.safe_load(path.read_text(encoding="utf-8"))
]

KNOWN = {
    "say", "choose", "topic", "level", "pinned", "floor", "resources", "no_resources", "in_order", "choices", "says",
    "numbers_last", "contacts_only",
}  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_conversation(server: Any, scenario: dict[str, Any]) -> None:
    talk = server.begin(scenario.get("locale"))
    for number, expected in enumerate(scenario["turns"], 1):
        assert set(expected) <= KNOWN, f"turn {number}: unknown expectation {set(expected) - KNOWN}"
        turn = talk.say(expected["say"]) if "say" in expected else talk.choose(expected["choose"])
        told = f"turn {number}, {expected}: got {summary(turn)}"
        for key in ("topic", "level", "pinned"):
            if key in expected:
                assert turn[key] == expected[key], told
        if expected.get("floor"):
            first = turn["messages"][0]
            assert tuple(card["slug"] for card in first["resources"][:3]) == FLOOR_SLUGS, told
        slugs = shown_slugs(turn)
        assert set(expected.get("resources", [])) <= set(slugs), told
        assert not set(expected.get("no_resources", [])) & set(slugs), told
        wanted = expected.get("in_order", [])
        assert [slug for slug in slugs if slug in wanted] == wanted, told
        assert set(expected.get("choices", [])) <= set(shown_choices(turn)), told
        text = json.dumps(turn["messages"], ensure_ascii=False)
        for words in expected.get("says", []):
            assert words in text, f"{words!r}: {told}"
        if expected.get("numbers_last"):
            locale = scenario.get("locale", "en")
            assert turn["messages"][-1] == brief_floor(locale).to_dict(), told
        if "contacts_only" in expected:
            kinds = {c["kind"] for m in turn["messages"] for r in m.get("resources", []) for c in r["contacts"]}
            assert kinds <= set(expected["contacts_only"]), told


def shown_slugs(turn: dict[str, Any]) -> list[str]:
    return [card["slug"] for message in turn["messages"] for card in message.get("resources", [])]


def shown_choices(turn: dict[str, Any]) -> list[str]:
    return [choice["value"] for message in turn["messages"] for choice in message.get("choices", [])]


def summary(turn: dict[str, Any]) -> str:
    return f"{turn['topic']} {turn['level']} pinned={turn['pinned']} {shown_slugs(turn)} {shown_choices(turn)}"
