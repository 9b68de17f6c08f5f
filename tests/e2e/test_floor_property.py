"""Whatever came before, a crisis message gets the floor first; whatever ordinary was said, nobody is alarmed."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages import FLOOR_SLUGS, load_catalogue
from bot.settings import ROOT

CHOICES = sorted(load_catalogue(ROOT / "data").meanings)
ORDINARY_CHOICES = [value for value in CHOICES if value not in ("crisis", "not_safe")]
ORDINARY_WORDS = [
    "hello",
    "menu",
    "back",
    "start over",
    "I'm looking for a mentor",
    "what does UBC offer",
    "Nunavut",
    "thanks",
    "/restart",
    "cultural safety training",
    "en français s'il vous plaît",
]
CRISES = [
    "I want to die",
    "i want to kill myself",
    "I WANT TO END MY LIFE",
    "/greet I want to die",
    "i dont want to be alive anymore",
    "I'm going to kill myself tonight",
    "Looking for the San'yas course. Also I want to kill myself. Thanks.",
]

ORDINARY_STEPS = [("choose", value) for value in ORDINARY_CHOICES] + [("say", words) for words in ORDINARY_WORDS]

steps = st.lists(
    st.one_of(
        st.sampled_from(ORDINARY_CHOICES).map(lambda value: ("choose", value)),
        st.sampled_from(ORDINARY_WORDS).map(lambda words: ("say", words)),
        st.text(alphabet="abcdefghij ?!/{}@\"'éè🌿", min_size=1, max_size=40)
        .filter(lambda words: bool(words.strip()))
        .map(lambda words: ("say", words)),
    ),
    max_size=5,
)
steady = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def take(talk: Any, step: tuple[str, str]) -> dict[str, Any]:
    how, what = step
    return dict(talk.say(what) if how == "say" else talk.choose(what))


@steady
@given(history=steps, crisis=st.sampled_from(CRISES), padding=st.sampled_from(["", "  ", "\n\n", "🙏 ", "... "]))
def test_any_history_then_a_crisis_message_gets_the_floor_first(
    server: Any, history: list[tuple[str, str]], crisis: str, padding: str
) -> None:
    talk = server.begin()
    for step in history:
        take(talk, step)
    turn = talk.say(padding + crisis)
    first = turn["messages"][0]
    assert tuple(card["slug"] for card in first["resources"][:3]) == FLOOR_SLUGS
    assert turn["level"] in ("crisis", "checkin")
    assert turn["pinned"]


@steady
@given(history=steps)
def test_any_history_then_the_crisis_choice_gets_the_floor_first(server: Any, history: list[tuple[str, str]]) -> None:
    talk = server.begin("fr")
    for step in history:
        take(talk, step)
    turn = talk.choose("crisis")
    assert tuple(card["slug"] for card in turn["messages"][0]["resources"][:3]) == FLOOR_SLUGS
    assert turn["level"] == "crisis"


@steady
@given(history=st.lists(st.sampled_from(ORDINARY_STEPS), max_size=6))
def test_ordinary_messages_alarm_nobody(server: Any, history: list[tuple[str, str]]) -> None:
    talk = server.begin()
    for step in history:
        assert take(talk, step)["level"] == "none"
