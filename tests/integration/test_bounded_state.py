"""A conversation does not grow: what is kept of it is a handful of slots, however long it goes on."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import Any

TURNS = 500
#: As docs/ARCHITECTURE.md says.
AT_MOST = 2048
SLOTS = {"locale", "region", "school", "trail", "topic", "shown", "misses", "aside"}


def test_the_state_of_a_conversation_stays_small_over_five_hundred_turns(server: Any) -> None:
    offered = {
        choice["value"]
        for branch in ("menu", "connect", "university", "region", "physician", "talk")
        for message in server.begin().choose(branch)["messages"]
        if message["type"] == "choices"
        for choice in message["choices"]
    }
    said = ("where can I find a mentor", "Nunavut", "What does Dalhousie have?", "purple monkey", "and in Alberta?")
    steps = [{"choice": value} for value in sorted(offered - {"crisis"})] + [{"text": words} for words in said]
    talk = server.begin()
    sizes: list[int] = []
    with sqlite3.connect(server.folder / "guide.db") as database:
        for number in range(TURNS):
            assert talk.post({"id": str(uuid.uuid4()), **steps[number % len(steps)]}).status_code == 200
            [(state,)] = database.execute("SELECT state FROM conversation WHERE id = ?", (talk.conversation,))
            assert set(json.loads(state)) <= SLOTS
            sizes.append(len(state))
    assert max(sizes) <= AT_MOST
    # And it does not creep up: the same round again and again leaves no more behind.
    assert max(sizes[TURNS // 2 :]) <= max(sizes[: TURNS // 2])
