"""A sentence said on every path, failing ones too, is found afterwards in no table, file, log or metric."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, inspect, text

CANARY = "zanzibarquokka"


def files_with_the_canary(*folders: Path) -> list[str]:
    """Every file under the folders, whatever it is, that holds the canary."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in files if CANARY.encode() in path.read_bytes().lower()]


def rows_with_the_canary(url: str) -> list[str]:
    """Every table that holds the canary in any column."""
    engine = create_engine(url)
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        held = [
            name for name in names for row in connection.execute(text(f"SELECT * FROM {name}")) if CANARY in str(row)
        ]
    engine.dispose()
    assert {"conversation", "turn", "wrong_number_report"} <= set(names)
    return held


def say_it_everywhere(guide: Any) -> set[int]:
    """Say the canary on every path of a running guide that needs no fault; the statuses that came."""
    seen: set[int] = set()

    def note(response: httpx.Response) -> None:
        seen.add(response.status_code)
        assert CANARY not in response.text.lower()

    talk, other = guide.begin(), guide.begin()
    for words in (
        f"{CANARY} hello",
        f"{CANARY} I want to die",
        f"I was suicidal ten years ago, {CANARY}",
        f"not really {CANARY}",
        f"/{CANARY} @1.0",
        f"I need a mentor, {CANARY}",
        f"{CANARY} in Winnipeg",
        f"je cherche un mentor, {CANARY}",
    ):
        note(talk.post({"id": str(uuid.uuid4()), "text": words}))
    note(talk.post({"id": str(uuid.uuid4()), "text": f"{CANARY} later"}, wait=None))
    used = str(uuid.uuid4())
    note(talk.post({"id": used, "choice": "menu"}))
    note(talk.post({"id": used, "text": CANARY}))
    note(talk.post({"id": str(uuid.uuid4()), "text": f"{CANARY} " * 600}))
    note(talk.post({"id": str(uuid.uuid4()), "text": CANARY, "tier": CANARY}))
    note(talk.post({"id": CANARY, "text": CANARY}))
    note(talk.post({"id": str(uuid.uuid4()), "choice": CANARY}))
    note(talk.post(content=f'{{"text": "{CANARY}'.encode()))
    note(talk.post(content=f"{CANARY} \xff".encode("latin-1")))
    body = {"id": str(uuid.uuid4()), "text": f"I want to die, {CANARY}"}
    for headers in ({}, {"Authorization": f"Bearer {CANARY}"}, other.headers):
        note(talk.client.post(f"{talk.path}/messages", json=body, headers=headers))
    note(talk.client.post(f"/webhooks/web/conversations/{CANARY}/messages", json=body, headers=talk.headers))
    note(talk.client.get(f"{talk.path}/turns?after={CANARY}", headers=talk.headers))
    note(talk.client.get(f"{talk.path}/events?after={CANARY}", headers=talk.headers))
    note(talk.client.get(f"/{CANARY}?text={CANARY}"))
    note(talk.client.put(f"{talk.path}/messages?text={CANARY}", json=body))
    note(talk.client.post("/webhooks/web/conversations", json={"locale": CANARY}))
    for report in ({"slug": "cmpa", "contact": f"call {CANARY}"}, {"slug": CANARY}, {"slug": "cmpa", CANARY: CANARY}):
        note(talk.client.post("/webhooks/web/reports", json=report))
    other.client.delete(other.path, headers=other.headers)
    note(other.post({"id": str(uuid.uuid4()), "text": f"I want to die, {CANARY}"}))
    return seen


def flood(guide: Any) -> None:
    """Say it where too much was said already."""
    talk = guide.begin()
    while talk.post({"id": str(uuid.uuid4()), "text": f"{CANARY} again"}, wait=None).status_code != 429:
        pass


def break_the_engine(guide: Any) -> None:
    """Say it to an engine that hangs, and to one that dies in the middle."""
    talk = guide.begin()
    os.kill(guide.engine_pid(), signal.SIGSTOP)
    assert "went wrong" in talk.say(f"{CANARY} are you there")["messages"][0]["text"]
    guide.wait_ready()
    os.kill(guide.engine_pid(), signal.SIGSTOP)
    waiting = talk.post({"id": str(uuid.uuid4()), "text": f"I want to die {CANARY}"}, wait=None)
    assert waiting.status_code == 202
    os.kill(guide.engine_pid(), signal.SIGKILL)
    guide.wait_ready()
    talk.choose("menu")


def end(guide: Any) -> str:
    """End a guide in order; all it said."""
    guide.process.send_signal(signal.SIGINT)
    assert guide.process.stderr is not None
    return str(guide.process.stderr.read()).lower()


def test_words_are_gone_once_answered_or_refused(start: Any, tmp_path: Path) -> None:
    guide = start(RATE_LIMIT="on", HANG_SECONDS="2", TURN_SECONDS="4")
    guide.wait_ready()
    assert say_it_everywhere(guide) >= {200, 202, 400, 401, 404, 405, 409, 413, 422}
    flood(guide)
    break_the_engine(guide)
    assert CANARY not in guide.client.get("/metrics").text
    # While it runs, write-ahead files and all; and once it has ended.
    assert files_with_the_canary(tmp_path / "guide") == []
    assert rows_with_the_canary(f"sqlite:///{tmp_path}/guide/guide.db") == []
    assert CANARY not in end(guide)
    assert files_with_the_canary(tmp_path / "guide") == []


def test_words_are_gone_where_an_action_fails(own_server: Any, tmp_path: Path) -> None:
    talk = own_server.begin()
    with sqlite3.connect(tmp_path / "guide" / "guide.db") as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("ALTER TABLE resource RENAME TO lost")
    assert "went wrong" in talk.say(f"I need a mentor, {CANARY}")["messages"][0]["text"]
    assert CANARY not in end(own_server)
    assert files_with_the_canary(tmp_path / "guide") == []


def test_words_are_gone_where_the_database_fails(own_server: Any, tmp_path: Path) -> None:
    talk = own_server.begin()
    talk.choose("menu")
    body = {"id": str(uuid.uuid4()), "text": f"I want to die, {CANARY}"}
    limits = resource.prlimit(own_server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    assert talk.post(body).status_code == 503
    resource.prlimit(own_server.process.pid, resource.RLIMIT_FSIZE, limits)
    locker = sqlite3.connect(tmp_path / "guide" / "guide.db", isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    assert talk.post(body).status_code == 503
    locker.execute("ROLLBACK")
    locker.close()
    for path in (tmp_path / "guide").glob("guide.db*"):
        path.write_bytes(b"this is no database. " * 500)
    assert talk.post(body).status_code == 503
    assert CANARY not in own_server.client.get("/metrics").text
    assert CANARY not in end(own_server)
    assert files_with_the_canary(tmp_path / "guide") == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_words_that_wait_when_the_guide_ends_are_unreadable(own_server: Any, tmp_path: Path, how: int) -> None:
    talk = own_server.begin()
    engine = own_server.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    assert talk.post({"id": str(uuid.uuid4()), "text": f"my name is {CANARY}"}, wait=None).status_code == 202
    assert files_with_the_canary(tmp_path / "guide") == []
    own_server.process.send_signal(how)
    os.kill(engine, signal.SIGKILL)
    assert own_server.process.stderr is not None
    assert CANARY not in own_server.process.stderr.read().lower()
    assert files_with_the_canary(tmp_path / "guide") == []
    with sqlite3.connect(tmp_path / "guide" / "guide.db") as database:
        waiting = database.execute("SELECT count(*) FROM turn WHERE sealed IS NOT NULL").fetchone()
    # Ended in order, it may answer what waited, without the engine; killed, it cannot.
    assert how == signal.SIGTERM or waiting == (1,)
