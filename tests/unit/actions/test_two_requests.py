"""A second request is answered after the first, with one set of choices; never beside a crisis."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.allyship import ActionAllyship
from actions.base import GuideAction, Reply, Visit
from actions.connect import ActionConnectMentorship
from actions.crisis import ActionCrisis
from actions.university import ActionUniversity
from bot.directory import Listing
from bot.messages import Choices


@pytest.fixture(autouse=True)
def nothing_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory is not what is tested here."""

    def nothing(self: Visit, *slugs: str, **conditions: Any) -> list[Listing]:
        return []

    monkeypatch.setattr(Visit, "listings", nothing)
    monkeypatch.setattr(Visit, "find", nothing)


def run(action: GuideAction, intent: str, *, also: str) -> tuple[list[list[str]], dict[str, Any]]:
    """The values of every message of choices, and the slots that are set."""
    parsed = {"intent": {"name": intent}, "entities": [{"entity": "also", "value": also}]}
    tracker = Tracker("turn", {"locale": "en"}, parsed, [], False, None, {}, None)
    said = CollectingDispatcher()
    slots = {event["name"]: event["value"] for event in action.run(said, tracker, {})}
    shown = [message["custom"] for message in said.messages if message.get("custom")]
    return [[choice["value"] for choice in message["choices"]] for message in shown if "choices" in message], slots


def test_only_the_last_choices_stay_and_the_topic_is_the_first() -> None:
    choices, slots = run(ActionConnectMentorship(), "connect_mentorship", also=ActionAllyship.intent)
    assert len(choices) == 1
    assert "allyship_training" in choices[0]
    assert slots["topic"] == "connect"
    assert slots["trail"] == ["connect_mentorship", "allyship"]


def test_choices_that_ask_where_stay_and_their_place_is_open() -> None:
    choices, slots = run(ActionUniversity(), "university", also="connect_mentorship")
    assert len(choices) == 1
    assert "region_on" in choices[0]
    assert slots["trail"] == ["university"]


def test_beside_a_crisis_nothing_else_is_answered() -> None:
    _, slots = run(ActionCrisis(), "crisis", also="connect_mentorship")
    assert slots["trail"] == ["crisis"]


def test_an_action_that_was_chosen_for_another_reason_answers_alone() -> None:
    _, slots = run(ActionConnectMentorship(), "region", also=ActionAllyship.intent)
    assert slots["trail"] == ["connect_mentorship"]


def test_two_sets_of_choices_become_one() -> None:
    visit = Visit("en", None, None, ())
    first = Reply("connect", [visit.choices("back")], visit)
    both = base._and_also(first, ActionAllyship.intent)
    assert sum(isinstance(message, Choices) for message in both.messages) == 1
