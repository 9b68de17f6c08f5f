"""Whatever came before, however it is typed, whatever the engine does: a crisis message gets the floor first.

A real database, the real screening and the real wall; the engine answers, fails, hangs or talks nonsense as hypothesis
likes. `make test` tries some hundreds of conversations, `make prove` thousands. The whole guide over HTTP is tried in
tests/e2e/test_floor_property.py.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.directory import connect, upgrade
from bot.engine.protocol import EngineError, EngineReply, EngineRequest
from bot.messages import FLOOR_SLUGS, Text, floor, load_catalogue
from bot.settings import ROOT
from bot.turns import Counts, Limits, Seal, Turns, TurnStore

CATALOGUE = load_catalogue(ROOT / "data")
CRISIS_CHOICES = ("crisis", "not_safe")
ORDINARY_CHOICES = sorted(set(CATALOGUE.meanings) - set(CRISIS_CHOICES))
ORDINARY = [
    "hello",
    "bonjour",
    "menu",
    "I'm looking for a mentor in Manitoba",
    "what does UBC offer Indigenous students",
    "en français s'il vous plaît",
    "thank you so much",
    "when is San'yas next",
    "/restart",
    "who runs the physician health program",
    "je cherche un mentor",
    "quel est le numéro de l'AMC",
]
CRISES = [
    "I want to die",
    "I want to kill myself",
    "i dont want to be alive anymore",
    "I'm going to end my life tonight",
    "I took a whole bottle of pills",
    "everyone would be better off without me",
    "I can't stop cutting myself",
    "my husband is hitting me",
    "my resident told me she wants to die",
    "je veux mourir",
    "je veux me tuer",
    "je ne veux plus vivre",
    "j'ai avalé une bouteille de pilules",
]
PREFIXES = ["", "  ", "\n\n", "/greet ", "/restart@1 ", '/goodbye{"tier":"gold"} ', "... ", "🙏 ", "\u200b", "> ", "* "]
SUFFIXES = ["", "   ", "!!!", " 😔", "\n", " /menu", ".", " …"]
BEHAVIOURS = ["answers", "answers in French", "raises", "hangs", "nonsense", "nothing", "calls it a crisis"]


@dataclass(frozen=True)
class Step:
    """What somebody sends, and what the engine makes of it."""

    text: str | None
    choice: str | None
    behaviour: str


class FickleEngine:
    """Does as it is told for each turn."""

    behaviour = "answers"

    async def answer(self, request: EngineRequest, seconds: float, urgent: bool = False) -> EngineReply:
        how = self.behaviour
        if how == "raises":
            raise EngineError("broken")
        if how == "hangs":
            await asyncio.wait_for(asyncio.sleep(60), seconds)
        if how == "nonsense":
            return EngineReply(({"type": "video"},), "menu", "menu", {})
        messages = () if how == "nothing" else (Text("here you are").to_dict(), floor("en").to_dict())
        state = {"locale": "fr"} if how == "answers in French" else dict(request.state)
        intent = "crisis" if how == "calls it a crisis" else "menu"
        return EngineReply(messages, "menu", intent, state)


@pytest.fixture(scope="module")
def converse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Hold a conversation; its turns as JSON."""
    database = connect(f"sqlite:///{tmp_path_factory.mktemp('turns')}/turns.db")
    upgrade(database)

    async def hold(channel: str, locale: str, steps: list[Step]) -> list[dict[str, Any]]:
        engine = FickleEngine()
        limits = Limits(turn=0.02, crisis=0.01, store=10)
        seal = Seal(b"a secret for the tests")
        turns = Turns(TurnStore(database), engine, seal, CATALOGUE, lambda _: (Text("welcome"),), Counts(), limits)
        conversation, _ = await turns.begin(channel, "fr" if locale == "fr" else "en")
        answered = []
        for step in steps:
            engine.behaviour = step.behaviour
            accepted = await turns.accept(conversation, str(uuid.uuid4()), "", step.text, step.choice)
            turn = await turns.wait_for(conversation, accepted.seq, 30)
            assert turn is not None
            answered.append({**turn, "receipt": [message.to_dict() for message in accepted.first]})
        await turns.stop()
        return answered

    yield lambda *words: asyncio.run(hold(*words))
    database.dispose()


def leads_with_the_floor(messages: list[dict[str, Any]]) -> bool:
    return tuple(card["slug"] for card in messages[0].get("resources", [])[:3]) == FLOOR_SLUGS


behaviours = st.sampled_from(BEHAVIOURS)
calm = st.one_of(
    st.builds(Step, st.none(), st.sampled_from(ORDINARY_CHOICES), behaviours),
    st.builds(Step, st.sampled_from(ORDINARY), st.none(), behaviours),
)
any_step = st.one_of(
    calm,
    st.builds(Step, st.sampled_from(CRISES), st.none(), behaviours),
    st.builds(Step, st.text(min_size=1, max_size=60).filter(str.strip), st.none(), behaviours),
)
cries = st.builds(
    lambda before, words, case, after, beside: " ".join(beside[:1]) + before + case(words) + after,
    st.sampled_from(PREFIXES),
    st.sampled_from(CRISES),
    st.sampled_from([str, str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from(SUFFIXES),
    st.lists(st.sampled_from([f"{words}. " for words in ORDINARY]), max_size=1),
)
channels = st.sampled_from(["web", "slack", "teams"])
locales = st.sampled_from(["en", "fr"])

some = settings(max_examples=150, suppress_health_check=list(HealthCheck))
thousands = settings(max_examples=1000, suppress_health_check=list(HealthCheck))


def a_cry_gets_the_floor_first(
    converse: Any, channel: str, locale: str, history: list[Step], cry: str, how: str
) -> None:
    turn = converse(channel, locale, [*history, Step(cry, None, how)])[-1]
    assert leads_with_the_floor(turn["messages"])
    assert leads_with_the_floor(turn["receipt"])
    assert turn["level"] in ("crisis", "checkin")
    assert turn["pinned"]


def the_crisis_choice_gets_the_floor_first(
    converse: Any, channel: str, locale: str, history: list[Step], choice: str, how: str
) -> None:
    turn = converse(channel, locale, [*history, Step(None, choice, how)])[-1]
    assert leads_with_the_floor(turn["messages"])
    assert turn["level"] == "crisis"


def what_is_ordinary_raises_no_alarm(converse: Any, channel: str, locale: str, history: list[Step]) -> None:
    steps = [step for step in history if step.behaviour != "calls it a crisis"]
    for turn in converse(channel, locale, steps):
        assert turn["level"] == "none"
        assert not turn["pinned"]
        assert turn["receipt"] == []


def an_alarm_stays_in_view(converse: Any, channel: str, locale: str, first: Step, history: list[Step]) -> None:
    steps = [step for step in history if step.choice not in CRISIS_CHOICES]
    for turn in converse(channel, locale, [first, *steps]):
        numbers = str(turn["messages"][0] if turn["level"] != "none" else turn["messages"][-1])
        assert turn["pinned"]
        assert 0 < numbers.index("9-8-8") < numbers.index("1-855-242-3310")


cried = given(channel=channels, locale=locales, history=st.lists(any_step, max_size=4), cry=cries, how=behaviours)
chosen = given(
    channel=channels,
    locale=locales,
    history=st.lists(any_step, max_size=4),
    choice=st.sampled_from(CRISIS_CHOICES),
    how=behaviours,
)
talked = given(channel=channels, locale=locales, history=st.lists(calm, min_size=1, max_size=5))
alarmed = given(
    channel=channels,
    locale=locales,
    first=st.builds(Step, st.sampled_from(CRISES), st.none(), behaviours),
    history=st.lists(calm, max_size=4),
)

test_a_cry = some(cried(a_cry_gets_the_floor_first))
test_a_crisis_choice = some(chosen(the_crisis_choice_gets_the_floor_first))
test_ordinary_talk = some(talked(what_is_ordinary_raises_no_alarm))
test_an_alarm_stays = some(alarmed(an_alarm_stays_in_view))

test_thousands_of_cries = pytest.mark.prove(thousands(cried(a_cry_gets_the_floor_first)))
test_thousands_of_crisis_choices = pytest.mark.prove(thousands(chosen(the_crisis_choice_gets_the_floor_first)))
test_thousands_of_ordinary_talks = pytest.mark.prove(thousands(talked(what_is_ordinary_raises_no_alarm)))
test_thousands_of_alarms = pytest.mark.prove(thousands(alarmed(an_alarm_stays_in_view)))
