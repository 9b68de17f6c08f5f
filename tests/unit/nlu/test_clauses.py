"""Where a message may be two requests."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import actions
from actions.base import action_for, catalogue
from bot.nlu.clauses import ABOUT, are_two, cuts

for module in pkgutil.iter_modules(actions.__path__):
    importlib.import_module(f"actions.{module.name}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Where can I find a mentor, and what does Dalhousie offer?",
            [("Where can I find a mentor", "what does Dalhousie offer?")],
        ),
        ("I need a lawyer. Also, how do I meet others?", [("I need a lawyer", "how do I meet others?")]),
        ("où trouver un mentor et qu'offre McGill ici", [("où trouver un mentor", "qu'offre McGill ici")]),
        ("students and residents", []),
        ("I need help and support", []),
        ("one simple request", []),
        ("", []),
    ],
)
def test_a_message_is_cut_where_both_sides_say_enough(text: str, expected: list[tuple[str, str]]) -> None:
    assert cuts(text) == expected


def test_a_long_message_is_not_cut_everywhere() -> None:
    assert len(cuts("one two three and " * 200)) == 4


@pytest.mark.parametrize(
    ("first", "second", "confidence", "two"),
    [
        ("connect_mentorship", "university", 0.6, True),
        ("connect_mentorship", "university", 0.4, False),
        ("connect_mentorship", "connect_elders", 0.9, False),
        ("talk_grief", "connect_elders", 0.8, False),
        ("talk_racism", "connect_mentorship", 0.95, True),
        ("crisis", "connect", 1.0, False),
        ("greet", "connect", 1.0, False),
        ("ask_hours", "connect", 1.0, False),
        ("menu", "connect", 1.0, False),
    ],
)
def test_two_requests_are_sure_and_about_different_things(
    first: str, second: str, confidence: float, two: bool
) -> None:
    assert are_two(first, second, confidence) is two


@pytest.mark.parametrize("intent", ABOUT)
def test_each_of_two_requests_has_a_page_and_a_choice_of_its_own(intent: str) -> None:
    assert action_for(intent).is_place
    assert catalogue().meaning(intent).intent == intent
