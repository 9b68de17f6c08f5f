"""Turns over a real database, with engines that misbehave in ways a real one cannot be made to on demand."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.directory import connect, upgrade
from bot.engine.protocol import EngineError, EngineReply, EngineRequest
from bot.messages import FLOOR_SLUGS, Text, load_catalogue
from bot.settings import ROOT
from bot.turns import (
    ConflictingMessageError,
    Counts,
    Limits,
    Seal,
    Turns,
    TurnStore,
    UnknownChoiceError,
    UnknownConversationError,
)
from bot.turns.processes import LockUnavailableError, OneProcess, Processes
from bot.turns.wall import decide

CRISIS = "I want to kill myself"
Behaviour = Callable[[EngineRequest], Any]


class ScriptedEngine:
    """Answers as told; remembers what it was asked."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave
        self.asked: list[EngineRequest] = []

    async def answer(self, request: EngineRequest, seconds: float, urgent: bool = False) -> EngineReply:
        self.asked.append(request)
        result = self.behave(request)
        if asyncio.iscoroutine(result):
            result = await asyncio.wait_for(result, seconds)
        assert isinstance(result, EngineReply)
        return result


def says(words: str = "hello", topic: str = "menu", intent: str = "menu", **state: Any) -> EngineReply:
    return EngineReply((Text(words).to_dict(),), topic, intent, state)


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Callable[[Behaviour], Turns]]:
    made: list[Turns] = []
    database = connect(f"sqlite:///{tmp_path}/turns.db")
    upgrade(database)

    def build(behave: Behaviour, processes: Processes | None = None) -> Turns:
        turns = Turns(
            TurnStore(database),
            ScriptedEngine(behave),
            Seal(b"a secret for the tests"),
            load_catalogue(ROOT / "data"),
            lambda locale: (Text("welcome"),),
            Counts(),
            Limits(turn=0.5, crisis=0.1, store=3),
            processes=processes,
        )
        made.append(turns)
        return turns

    yield build
    for turns in made:
        await turns.stop()
    database.dispose()


async def send(turns: Turns, conversation: str, words: str | None = None, choice: str | None = None) -> dict[str, Any]:
    accepted = await turns.accept(conversation, str(uuid.uuid4()), "", words, choice)
    turn = await turns.wait_for(conversation, accepted.seq, 10)
    assert turn is not None
    return dict(turn)


def floor_is_first(turn: dict[str, Any]) -> bool:
    return tuple(card["slug"] for card in turn["messages"][0].get("resources", [])[:3]) == FLOOR_SLUGS


async def test_a_crisis_turn_that_lacks_the_floor_gets_it_and_the_reply_still_goes_out(make: Any) -> None:
    turns = make(lambda request: says("the reply"))
    conversation, _ = await turns.begin("web", "en")
    turn = await send(turns, conversation, CRISIS)
    assert floor_is_first(turn)
    assert turn["messages"][1]["text"] == "the reply"
    assert turns._counts.registry.get_sample_value("guide_floor_added_total") == 1


@pytest.mark.parametrize(
    "behave",
    [
        lambda request: (_ for _ in ()).throw(EngineError("broken")),
        lambda request: asyncio.sleep(60),
        lambda request: EngineReply(({"type": "nonsense"},), "menu", "menu", {}),
        lambda request: EngineReply(({"no": "type"},), "menu", "menu", {}),
    ],
    ids=["raises", "hangs", "nonsense", "no type"],
)
async def test_whatever_the_engine_does_a_crisis_gets_the_floor_and_others_a_sentence(make: Any, behave: Any) -> None:
    turns = make(behave)
    conversation, _ = await turns.begin("web", "en")
    ordinary = await send(turns, conversation, "a mentor please")
    assert "went wrong" in ordinary["messages"][0]["text"]
    assert "9-8-8" in ordinary["messages"][-1]["text"]
    assert floor_is_first(await send(turns, conversation, CRISIS))


async def test_a_crisis_that_only_the_classifier_heard_is_checked_in_on(make: Any) -> None:
    turns = make(lambda request: says("…", topic="crisis", intent="crisis"))
    conversation, _ = await turns.begin("web", "en")
    turn = await send(turns, conversation, "words that no rule knows")
    assert turn["level"] == "checkin"
    assert turn["pinned"]
    assert floor_is_first(turn)
    follow_up = await send(turns, conversation, "not really")
    assert follow_up["level"] == "crisis"


async def test_a_check_in_answers_what_was_clearly_asked_in_the_same_turn(make: Any) -> None:
    turns = make(lambda request: says("mentors", topic="connect", intent="connect"))
    conversation, _ = await turns.begin("web", "en")
    turn = await send(turns, conversation, "I'm so done with everything")
    assert turn["level"] == "checkin"
    assert floor_is_first(turn)
    assert [message["type"] for message in turn["messages"]] == ["resources", "choices", "text"]


async def test_words_are_wiped_with_the_answer(make: Any) -> None:
    turns = make(lambda request: says())
    conversation, _ = await turns.begin("web", "en")
    await send(turns, conversation, "my secret words")
    with turns._store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM turn WHERE sealed IS NOT NULL")).scalar() == 0


async def test_a_turn_that_fails_leaves_the_state_as_it_was(make: Any) -> None:
    fail = False

    def behave(request: EngineRequest) -> EngineReply:
        if fail:
            raise EngineError("broken")
        return says(region="AB")

    turns = make(behave)
    conversation, _ = await turns.begin("web", "en")
    await send(turns, conversation, "Alberta")
    fail = True
    await send(turns, conversation, "Ontario")
    fail = False
    await send(turns, conversation, "menu")
    assert turns._engine.asked[-1].state == {"region": "AB"}


async def test_many_messages_at_once_are_answered_in_order_one_at_a_time(make: Any) -> None:
    under_way = 0

    async def slow(request: EngineRequest) -> EngineReply:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        await asyncio.sleep(0.01)
        under_way -= 1
        return says(request.choice or "")

    turns = make(slow)
    conversation, _ = await turns.begin("web", "en")
    values = ["menu", "connect", "university", "allyship", "physician"]
    accepted = [await turns.accept(conversation, str(uuid.uuid4()), "", choice=value) for value in values]
    answered = [await turns.wait_for(conversation, one.seq, 10) for one in accepted]
    assert [turn["messages"][0]["text"] for turn in answered] == values


async def test_unknown_choices_conversations_and_reused_ids_are_refused(make: Any) -> None:
    turns = make(lambda request: says())
    conversation, _ = await turns.begin("web", "en")
    with pytest.raises(UnknownChoiceError):
        await turns.accept(conversation, "1", "", choice="restart")
    with pytest.raises(UnknownConversationError):
        await turns.accept("nobody", "1", "", choice="menu")
    await turns.accept(conversation, "1", "a", choice="menu")
    assert (await turns.accept(conversation, "1", "a", choice="menu")).repeated
    with pytest.raises(ConflictingMessageError):
        await turns.accept(conversation, "1", "b", choice="connect")


async def test_a_message_sealed_with_another_key_is_answered_with_a_sentence(make: Any) -> None:
    turns = make(lambda request: says())
    conversation, _ = await turns.begin("web", "en")
    foreign = Seal(b"another key").close({"text": "hi"})
    turns._store.accept(conversation, "m", "", lambda before: (decide("none", "hi", None, before), foreign))
    turn = await turns.wait_for(conversation, 1, 0)
    assert turn is None
    turns._work_on(conversation)
    turn = await turns.wait_for(conversation, 1, 10)
    assert turn is not None
    assert "went wrong" in turn["messages"][0]["text"]


# Several at once


class Reluctant(OneProcess):
    """Gives the lock as told, one answer after the other: to this process, to another, or none at all."""

    shared = True

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)

    async def lock(self, conversation_id: str) -> bool:
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    "answers",
    [(LockUnavailableError("gone"), LockUnavailableError("gone")), (False,), (False, False)],
    ids=["cannot be told", "another has it", "another has it for long"],
)
async def test_a_message_is_answered_whatever_becomes_of_the_lock(make: Any, answers: Any) -> None:
    turns = make(lambda request: says("the reply"), Reluctant(*answers))
    await turns.start()
    conversation, _ = await turns.begin("web", "en")
    assert (await send(turns, conversation, "hello"))["messages"][0]["text"] == "the reply"


async def test_a_message_that_nobody_works_on_is_picked_up_while_running(make: Any) -> None:
    turns = make(lambda request: says("the reply"))
    await turns.start()
    conversation, _ = await turns.begin("web", "en")
    sealed = turns._seal.close({"text": "hi"})
    # As another process stores it, which then dies.
    turns._store.accept(conversation, "m", "", lambda before: (decide("none", "hi", None, before), sealed))
    turn = await turns.wait_for(conversation, 1, 10)
    assert turn["messages"][0]["text"] == "the reply"


async def test_two_at_work_on_one_conversation_store_each_turn_once_and_in_order(make: Any) -> None:
    async def slow(request: EngineRequest) -> EngineReply:
        await asyncio.sleep(0.02)
        return says(request.choice or "", count=int(request.state.get("count", 0)) + 1)

    both = [make(slow), make(slow)]
    conversation, _ = await both[0].begin("web", "en")
    values = ["menu", "connect", "university", "allyship", "physician", "talk"]
    for number, value in enumerate(values):
        await both[number % 2].accept(conversation, str(uuid.uuid4()), "", choice=value)
        both[1 - number % 2]._work_on(conversation)
    assert await both[0].wait_for(conversation, len(values), 10) is not None
    turns = await both[1].turns_after(conversation, 0, 0)
    assert [turn["messages"][0]["text"] for turn in turns] == values
    # The state is that of every turn once: nobody's late work was added to it.
    with both[0]._store.engine.connect() as connection:
        assert '"count": 6' in connection.execute(text("SELECT state FROM conversation")).scalar_one()


async def test_who_waits_for_a_turn_learns_that_the_conversation_is_gone(make: Any) -> None:
    turns = make(lambda request: asyncio.sleep(60))
    conversation, _ = await turns.begin("web", "en")
    accepted = await turns.accept(conversation, "m", "", choice="menu")
    waiting = [
        asyncio.create_task(turns.wait_for(conversation, accepted.seq, 30)),
        asyncio.create_task(turns.turns_after(conversation, 0, 30)),
    ]
    await asyncio.sleep(0.05)
    await turns.delete(conversation)
    for one in waiting:
        with pytest.raises(UnknownConversationError):
            await asyncio.wait_for(one, 10)


async def test_only_what_is_idle_expires_and_its_streams_end(make: Any) -> None:
    turns = make(lambda request: says())
    old, _ = await turns.begin("web", "en")
    young, _ = await turns.begin("web", "en")
    with turns._store.engine.begin() as connection:
        connection.execute(
            text("UPDATE conversation SET active_at = '2020-01-01 00:00:00.000000' WHERE id = :id"), {"id": old}
        )
    stream = asyncio.create_task(_all(turns.stream(old, 0)))
    await asyncio.sleep(0.05)
    await turns.start()
    with pytest.raises(UnknownConversationError):
        await asyncio.wait_for(stream, 10)
    assert not await turns.exists(old)
    assert await turns.exists(young)


async def _all(stream: AsyncIterator[Any]) -> list[Any]:
    return [turn async for turn in stream]
