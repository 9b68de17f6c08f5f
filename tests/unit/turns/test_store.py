"""What the store promises by its transactions alone: nothing is lowered, doubled or swept away beside others' work."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.directory import connect, upgrade
from bot.turns import Standing, TurnStore, store
from bot.turns.wall import Decision


@pytest.fixture
def turns(tmp_path: Path) -> Iterator[TurnStore]:
    database = connect(f"sqlite:///{tmp_path}/turns.db")
    upgrade(database)
    yield TurnStore(database)
    database.dispose()


def begun(turns: TurnStore) -> str:
    conversation = str(uuid.uuid4())
    turns.begin(conversation, "web", "en")
    return conversation


def accept(turns: TurnStore, conversation: str, decision: Decision) -> None:
    turns.accept(conversation, str(uuid.uuid4()), "fingerprint", lambda _standing: (decision, b"sealed"))


def test_a_crisis_that_came_in_meanwhile_is_not_lowered_by_an_earlier_message(turns: TurnStore) -> None:
    conversation = begun(turns)
    accept(turns, conversation, Decision("none", Standing()))
    first = turns.next_waiting(conversation)
    assert first is not None
    accept(turns, conversation, Decision("crisis", Standing("crisis")))

    turns.finish(first, {"level": "checkin"}, {}, "en", Standing("checkin", True))

    assert turns.standing(conversation) == Standing("crisis")


def test_an_answer_that_raises_the_alarm_opens_a_check_in(turns: TurnStore) -> None:
    conversation = begun(turns)
    accept(turns, conversation, Decision("none", Standing()))
    waiting = turns.next_waiting(conversation)
    assert waiting is not None

    turns.finish(waiting, {"level": "checkin"}, {}, "en", Standing("checkin", True))

    assert turns.standing(conversation) == Standing("checkin", True)


def test_how_a_conversation_stands_that_is_gone_cannot_be_told(turns: TurnStore) -> None:
    conversation = begun(turns)
    assert turns.standing(conversation) == Standing()
    assert turns.delete(conversation)
    assert turns.standing(conversation) is None


def test_expired_conversations_go_a_few_at_a_time(turns: TurnStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "EXPIRED_AT_ONCE", 2)
    conversations = {begun(turns) for _ in range(5)}
    gone = [turns.expire(timedelta(seconds=-1)) for _ in range(4)]
    assert [len(some) for some in gone] == [2, 2, 1, 0]
    assert {conversation for some in gone for conversation in some} == conversations
    assert turns.expire(timedelta(hours=1)) == []
