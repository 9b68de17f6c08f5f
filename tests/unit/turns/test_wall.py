"""What is decided about a message before anything else touches it."""

from __future__ import annotations

import pytest

from bot.turns.wall import Reading, Standing, decide, is_clear_yes, level_unstored, read

OPEN = Standing("checkin", True)


@pytest.mark.parametrize("choice", ["crisis", "not_safe"])
def test_a_crisis_choice_is_a_crisis_without_asking_a_model(choice: str) -> None:
    assert read(None, choice) == Reading("crisis")


def test_another_choice_is_none() -> None:
    assert read(None, "menu") == Reading("none")


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes.",
        "yes I'm safe",
        "oui",
        "I am safe",
        "im safe thanks",
        "yes, i'm okay",
        "Je suis en sécurité",
        "yep",
    ],
)
def test_a_clear_yes(text: str) -> None:
    assert is_clear_yes(text)
    decided = decide("none", text, None, OPEN)
    assert decided.says_safe
    assert decided.level == "none"
    assert decided.standing == Standing("none", False)


@pytest.mark.parametrize(
    "text",
    ["no", "not really", "I don't know", "maybe", "yes but not for long", "yes and no", "???", "safe for who",
     "fine whatever", "mentors", "", "yes I want to talk", "no I'm safe from everyone but me"],
)  # fmt: skip
def test_anything_else_typed_while_the_check_in_is_open_is_a_crisis(text: str) -> None:
    assert not is_clear_yes(text)
    decided = decide("none", text, None, OPEN)
    assert decided.level == "crisis"
    assert decided.standing == Standing("crisis", False)


def test_after_a_crisis_nothing_unpins_the_floor() -> None:
    pinned = Standing("crisis", True)
    for text, choice in (("yes", None), (None, "safe"), (None, "menu"), (None, "start_over")):
        assert decide("none", text, choice, pinned).standing.pinned == "crisis"


def test_after_a_check_in_only_being_safe_unpins_it() -> None:
    assert decide("none", None, "menu", OPEN).standing.pinned == "checkin"
    assert decide("none", None, "safe", OPEN).standing.pinned == "none"


def test_a_possible_crisis_opens_the_check_in_and_pins_the_floor() -> None:
    decided = decide("checkin", "…", None, Standing())
    assert decided.level == "checkin"
    assert decided.standing == Standing("checkin", True)


def test_a_crisis_closes_the_check_in() -> None:
    assert decide("crisis", "…", None, OPEN).standing == Standing("crisis", False)


def test_what_is_refused_is_judged_where_its_conversation_stands() -> None:
    assert level_unstored("none", "not really", None, OPEN) == "crisis"
    assert level_unstored("none", "yes", None, OPEN) == "none"
    assert level_unstored("none", None, "menu", OPEN) == "none"
    assert level_unstored("none", "not really", None, Standing()) == "none"
    assert level_unstored("checkin", "it was long ago", None, Standing()) == "checkin"


def test_where_it_cannot_be_looked_up_a_short_answer_is_taken_for_a_no() -> None:
    assert level_unstored("none", "no I am not", None, None) == "crisis"
    assert level_unstored("none", "yes I am safe", None, None) == "none"
    assert level_unstored("none", "where can I find a mentor", None, None) == "none"
    assert level_unstored("none", None, "menu", None) == "none"
