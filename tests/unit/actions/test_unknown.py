"""What was not understood: guesses that can be pressed, then the menu; the numbers last."""

from __future__ import annotations

from actions.base import Visit
from actions.unknown import ActionUnknown
from bot.messages import MENU, Choices, brief_floor

RANKING = (
    ("nlu_fallback", 0.25),
    ("crisis", 0.22),
    ("connect_elders", 0.21),
    ("out_of_scope", 0.2),
    ("greet", 0.15),
    ("ask_again", 0.14),
    ("talk", 0.13),
    ("university", 0.12),
    ("region", 0.11),
    ("allyship", 0.02),
)


def offered(visit: Visit) -> tuple[list[str], int]:
    reply = ActionUnknown().reply(visit)
    choices, numbers = reply.messages
    assert isinstance(choices, Choices)
    assert numbers == brief_floor(visit.locale)
    assert reply.topic == "unknown"
    assert reply.aside
    return [choice.value for choice in choices.choices], reply.misses


def asked(intent: str = "nlu_fallback", misses: int = 0, ranking: tuple[tuple[str, float], ...] = RANKING) -> Visit:
    return Visit("en", None, None, (), intent=intent, misses=misses, ranking=ranking)


def test_up_to_three_likely_requests_are_offered_and_something_else() -> None:
    assert offered(asked()) == (["connect_elders", "talk", "university", "something_else"], 1)


def test_the_second_miss_in_a_row_opens_the_menu() -> None:
    assert offered(asked(misses=1)) == (list(MENU), 2)


def test_without_a_likely_guess_the_menu_opens() -> None:
    assert offered(asked(ranking=(("connect", 0.05), ("greet", 0.2)))) == (list(MENU), 1)


def test_what_is_not_for_this_guide_is_no_miss() -> None:
    assert offered(asked("out_of_scope", misses=1)) == (list(MENU), 0)
