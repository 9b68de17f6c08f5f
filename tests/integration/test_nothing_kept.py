"""A sentence said on every path is found afterwards in no table, file, log or metric."""

from __future__ import annotations

import os
import signal
import uuid
from pathlib import Path
from typing import Any

CANARY = "zanzibarquokka"


def test_words_are_gone_once_answered(own_server: Any, tmp_path: Path) -> None:
    talk = own_server.begin()
    for sentence in (
        f"{CANARY} hello",
        f"{CANARY} I want to die",
        f"/{CANARY} @1.0",
        f"I need a mentor, {CANARY}",
        f"{CANARY} in Winnipeg",
    ):
        talk.say(sentence)
    talk.post({"id": str(uuid.uuid4()), "text": f"{CANARY} " * 600})
    talk.post({"id": str(uuid.uuid4()), "text": CANARY, "tier": CANARY})
    talk.post({"id": str(uuid.uuid4()), "choice": CANARY})
    talk.client.post("/webhooks/web/reports", json={"slug": "cmpa", "contact": f"call {CANARY}"})
    # And where the engine fails in the middle of it.
    os.kill(own_server.engine_pid(), signal.SIGSTOP)
    talk.say(f"{CANARY} are you there")
    assert CANARY not in own_server.client.get("/metrics").text
    found = [
        str(path)
        for path in (tmp_path / "guide").rglob("*")
        if path.is_file() and CANARY.encode() in path.read_bytes().lower()
    ]
    assert found == []
    own_server.process.send_signal(signal.SIGINT)
    assert own_server.process.stderr is not None
    assert CANARY not in own_server.process.stderr.read().lower()


def test_a_waiting_message_is_unreadable_in_the_database(own_server: Any, tmp_path: Path) -> None:
    talk = own_server.begin()
    os.kill(own_server.engine_pid(), signal.SIGSTOP)
    talk.post({"id": str(uuid.uuid4()), "text": f"my name is {CANARY}"}, wait=None)
    for path in (tmp_path / "guide").glob("guide.db*"):
        assert CANARY.encode() not in path.read_bytes()
