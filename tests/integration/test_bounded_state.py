"""A conversation does not grow: what is kept of it is a handful of slots, however long it goes on."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

TURNS = 500
#: As docs/ARCHITECTURE.md says.
AT_MOST = 2048
SLOTS = {"locale", "region", "school", "trail", "topic", "shown", "misses", "aside"}


def test_the_state_of_a_conversation_stays_small_over_five_hundred_turns(server: Any) -> None:
    choices = sorted(
        {message["value"] for turn in ("menu", "connect", "university", "region", "physician", "talk")
         for shown in server.begin().choose(turn)["messages"] if shown["type"] == "choices"
         for message in shown["choices"]} - {"crisis"}
    )  # fmt: skip
    said = [
        "where can I find a mentor",
        "Nunavut",
        "What does Dalhousie have?",
        "purple monkey dishwasher",
        "and in Alberta?",
    ]
    talk = server.begin()
    sizes: list[int] = []
    with sqlite3.connect(server.folder / "guide.db") as database:
        for number in range(TURNS):
            if number % 4 == 3:
                talk.say(said[number // 4 % len(said)])
            else:
                talk.choose(choices[number * 7 % len(choices)])
            [(state,)] = database.execute("SELECT state FROM conversation WHERE id = ?", (talk.conversation,))
            assert set(json.loads(state)) <= SLOTS
            sizes.append(len(state))
    assert max(sizes) <= AT_MOST
    # And it does not creep up: the last hundred turns are no larger than those before them were.
    assert max(sizes[-100:]) <= max(sizes[:-100])
