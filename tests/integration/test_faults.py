"""Break each part for real: the floor still comes first, and other messages get a sentence and the numbers."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.messages import FLOOR_SLUGS, brief_floor, trouble

CRISIS = "I don't want to be alive anymore"


def has_the_floor_first(messages: list[dict[str, Any]]) -> bool:
    return tuple(card["slug"] for card in messages[0]["resources"][:3]) == FLOOR_SLUGS


@pytest.fixture
def cry(request: pytest.FixtureRequest, floor_times: dict[str, float]) -> Callable[..., Any]:
    """Send a crisis message, see that the floor comes first, and note how long it took."""

    def send(talk: Any, status: int = 200) -> dict[str, Any]:
        begun = time.monotonic()
        response = talk.post({"id": str(uuid.uuid4()), "text": CRISIS})
        floor_times[request.node.name] = time.monotonic() - begun
        assert response.status_code == status, response.text
        body: dict[str, Any] = response.json()
        assert has_the_floor_first(body["messages"])
        return body

    return send


def says_something_went_wrong(messages: list[dict[str, Any]]) -> bool:
    return messages[0] == trouble("en").to_dict() and messages[-1] == brief_floor("en").to_dict()


def test_no_model_loaded(start: Any, model: Path, tmp_path: Path, cry: Any) -> None:
    started = start(TURN_SECONDS="2")
    # The engine is found broken only when it starts: its model is no model.
    folder = tmp_path / "guide" / "models" / model.name
    folder.write_bytes(b"not a model")
    os.kill(started.engine_pid(), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while started.client.get("/readyz").status_code != 503:
        assert time.monotonic() < deadline
    assert started.client.get("/healthz").status_code == 200
    talk = started.begin()
    cry(talk)
    turn = talk.say("where can I find a mentor")
    assert says_something_went_wrong(turn["messages"])
    assert turn["pinned"]


def test_the_floor_comes_while_the_engine_hangs(start: Any, cry: Any) -> None:
    guide = start(HANG_SECONDS="60")
    guide.wait_ready()
    talk = guide.begin()
    engine = guide.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    cry(talk)
    # Still the same engine, still stopped: nothing was waited for.
    state = Path(f"/proc/{engine}/stat").read_text().rsplit(")", 1)[1].split()[0]
    assert state == "T"
    os.kill(engine, signal.SIGKILL)


def test_a_hung_engine_is_replaced_and_answers_again(own_server: Any) -> None:
    talk = own_server.begin()
    os.kill(own_server.engine_pid(), signal.SIGSTOP)
    talk.say(CRISIS)
    deadline = time.monotonic() + 60
    while talk.say("menu")["topic"] != "menu":
        assert time.monotonic() < deadline
    own_server.wait_ready()
    assert talk.choose("connect_national")["topic"] == "connect"


def test_a_crisis_does_not_wait_behind_a_message_that_hangs(own_server: Any) -> None:
    talk = own_server.begin()
    os.kill(own_server.engine_pid(), signal.SIGSTOP)
    first = talk.post({"id": str(uuid.uuid4()), "text": "where can I find a mentor"}, wait=None)
    second = talk.post({"id": str(uuid.uuid4()), "choice": "crisis"}, wait=20)
    assert first.status_code == 202
    assert second.status_code == 200
    assert second.json()["seq"] == 2
    assert has_the_floor_first(second.json()["messages"])


def test_the_engine_is_killed_in_the_middle(own_server: Any, cry: Any) -> None:
    talk = own_server.begin()
    os.kill(own_server.engine_pid(), signal.SIGKILL)
    cry(talk)
    own_server.wait_ready()
    assert talk.choose("connect")["topic"] == "connect"


def test_an_action_fails(own_server: Any, tmp_path: Path, cry: Any) -> None:
    talk = own_server.begin()
    talk.choose("menu")
    # The directory's tables go; conversations stay.
    with sqlite3.connect(tmp_path / "guide" / "guide.db") as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("ALTER TABLE resource RENAME TO lost")
    assert says_something_went_wrong(talk.choose("connect_national")["messages"])
    assert cry(talk)["level"] == "crisis"


def test_the_database_is_gone(own_server: Any, tmp_path: Path, cry: Any) -> None:
    talk = own_server.begin()
    for path in (tmp_path / "guide").glob("guide.db*"):
        path.write_bytes(b"this is no database. " * 500)
    cry(talk, status=503)
    refused = talk.post({"id": str(uuid.uuid4()), "text": "a mentor please"})
    assert refused.status_code == 503
    assert says_something_went_wrong(refused.json()["messages"])
    assert own_server.client.get("/webhooks/web/floor").status_code == 200


def test_the_database_is_locked_by_somebody_else(own_server: Any, tmp_path: Path, cry: Any) -> None:
    talk = own_server.begin()
    database = sqlite3.connect(tmp_path / "guide" / "guide.db", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        cry(talk, status=503)
    finally:
        database.execute("ROLLBACK")
        database.close()
    assert talk.choose("menu")["topic"] == "menu"


def test_the_disk_is_full(own_server: Any, cry: Any) -> None:
    talk = own_server.begin()
    talk.choose("menu")
    # From now on no file of the server may grow by a byte.
    limits = resource.prlimit(own_server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    cry(talk, status=503)
    refused = talk.post({"id": str(uuid.uuid4()), "text": "a mentor please"})
    assert refused.status_code == 503
    assert says_something_went_wrong(refused.json()["messages"])
    # There is room again: nothing was half stored, and the conversation goes on.
    resource.prlimit(own_server.process.pid, resource.RLIMIT_FSIZE, limits)
    assert cry(talk)["seq"] == 2


@pytest.mark.parametrize("state", ['"words"', '{"place": 7, "shown": "everything"}', '{"locale": "xx"}', "[1, 2]"])
def test_the_state_of_a_conversation_is_corrupt(own_server: Any, tmp_path: Path, state: str, cry: Any) -> None:
    talk = own_server.begin()
    talk.choose("connect")
    with sqlite3.connect(tmp_path / "guide" / "guide.db") as database:
        database.execute("UPDATE conversation SET state = ?", (state,))
    assert cry(talk)["level"] == "crisis"
    # Whatever was there, the next turn is answered, by the engine or with a sentence and the numbers.
    turn = talk.choose("menu")
    assert turn["pinned"]
    assert "9-8-8" in str(turn["messages"][-1])


def test_the_state_of_a_conversation_is_no_json(own_server: Any, tmp_path: Path, cry: Any) -> None:
    talk = own_server.begin()
    with sqlite3.connect(tmp_path / "guide" / "guide.db") as database:
        database.execute("UPDATE conversation SET state = '{'")
    body = talk.post({"id": str(uuid.uuid4()), "text": CRISIS}).json()
    assert has_the_floor_first(body["messages"])


def test_what_a_crash_left_unanswered_is_answered_after_the_restart(start: Any, tmp_path: Path) -> None:
    first = start()
    first.wait_ready()
    talk = first.begin()
    os.kill(first.engine_pid(), signal.SIGSTOP)
    receipt = talk.post({"id": str(uuid.uuid4()), "text": "where can I find a mentor"}, wait=None)
    assert receipt.status_code == 202
    stopped = first.engine_pid()
    first.process.kill()
    first.process.wait()
    os.kill(stopped, signal.SIGKILL)
    second = start()
    second.wait_ready()
    client = second.client
    again = client.post(
        f"{talk.path}/messages",
        json={"id": str(uuid.uuid4()), "choice": "menu"},
        headers={**talk.headers, "Prefer": "wait=20"},
    )
    assert again.json()["seq"] == 2
    with client.stream("GET", f"{talk.path}/events?after=0", headers=talk.headers) as stream:
        data = next(line for line in stream.iter_lines() if line.startswith("data:"))
    assert '"seq": 1' in data
    assert "ipac-mentorship-circle" in data


def test_bad_content_keeps_the_guide_from_starting_and_says_why(model: Path, tmp_path: Path) -> None:
    from bot.settings import ROOT

    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    file = data / "resources" / "crisis.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('e164: "+18552423310"', 'e164: "+18552423319"'), encoding="utf-8")
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "serve"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(data), "VAR_DIR": str(tmp_path / "var"), "PORT": "0",
             "DATABASE_URL": f"sqlite:///{tmp_path}/guide.db"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "crisis.yml, hope-for-wellness" in done.stderr
    assert "Traceback" not in done.stderr
