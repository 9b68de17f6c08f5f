"""Several guides on one PostgreSQL: no message is lost or answered twice, and each hears what the others did."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from bot.messages import FLOOR_SLUGS

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def guides(postgres: Any, serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """Two guides on one database, each in a folder of its own, as on two machines."""
    folder = tmp_path_factory.mktemp("guides")
    running = [
        serve(folder / name, DATABASE_URL=postgres.url, HANG_SECONDS="60", TURN_SECONDS="60") for name in ("one", "two")
    ]
    for guide in running:
        guide.wait_ready()
    yield running
    for guide in running:
        guide.stop()


def elsewhere(talk: Any, guide: Any) -> Any:
    """The same conversation, held through another guide."""
    return type(talk)(guide.client, talk.conversation, talk.token, talk.welcome)


def turns(talk: Any) -> Iterator[dict[str, Any]]:
    with talk.client.stream("GET", f"{talk.path}/events?after=0", headers=talk.headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def listen(talk: Any, got: list[dict[str, Any]]) -> threading.Thread:
    opened = threading.Event()

    def read() -> None:
        with talk.client.stream("GET", f"{talk.path}/events?after=0", headers=talk.headers) as stream:
            opened.set()
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    got.append(json.loads(line.removeprefix("data:")))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert opened.wait(20)
    return thread


def test_a_stream_in_one_hears_the_turns_of_the_other_and_ends_when_it_deletes(guides: list[Any]) -> None:
    here = guides[0].begin()
    there = elsewhere(here, guides[1])
    got: list[dict[str, Any]] = []
    stream = listen(there, got)
    for number in range(1, 4):
        assert here.choose("menu")["seq"] == number
        until(lambda number=number: len(got) == number)  # type: ignore[misc]
    assert here.client.delete(here.path, headers=here.headers).status_code == 204
    # Told, and not found by looking, which a stream does every seven seconds at most.
    until(lambda: not stream.is_alive(), 5)
    assert [turn["seq"] for turn in got] == [1, 2, 3]


def test_messages_to_both_at_once_are_answered_once_each_and_in_order(guides: list[Any]) -> None:
    talk = guides[0].begin()
    ids = [str(uuid.uuid4()) for _ in range(30)]
    before = sum(map(counted, guides))

    def send(number: int) -> None:
        for guide in (guides[number % 2], guides[1 - number % 2]):
            with httpx.Client(base_url=guide.url, timeout=40) as client:
                body = {"id": ids[number], "choice": "menu"}
                taken = client.post(f"{talk.path}/messages", json=body, headers=talk.headers)
                assert taken.status_code == 202

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(ids))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream = turns(talk)
    answered = [next(stream) for _ in ids]
    assert [turn["seq"] for turn in answered] == list(range(1, len(ids) + 1))
    assert sorted(turn["id"] for turn in answered) == sorted(ids)
    assert {turn["topic"] for turn in answered} == {"menu"}
    assert sum(map(counted, guides)) - before == len(ids), "no turn was worked out twice"


def counted(guide: Any) -> float:
    lines = guide.client.get("/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("guide_turns_total"))


def test_what_a_killed_process_left_is_answered_by_the_others(
    guides: list[Any], postgres: Any, serve: Callable[..., Any], tmp_path: Path
) -> None:
    killed = serve(tmp_path / "guide", DATABASE_URL=postgres.url, HANG_SECONDS="60")
    killed.wait_ready()
    talk = killed.begin()
    engine = killed.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    ids = [str(uuid.uuid4()) for _ in range(3)]
    for message_id in ids:
        receipt = talk.post({"id": message_id, "text": "where can I find a mentor"}, wait=None)
        assert receipt.status_code == 202
    killed.process.kill()
    os.kill(engine, signal.SIGKILL)
    killed.stop()
    stream = turns(elsewhere(talk, guides[1]))
    answered = [next(stream) for _ in ids]
    assert [turn["id"] for turn in answered] == ids
    assert all("ipac-mentorship-circle" in json.dumps(turn) for turn in answered)


def test_what_a_stopped_process_holds_is_answered_by_the_other(guides: list[Any]) -> None:
    talk = guides[0].begin()
    engine = guides[0].engine_pid()
    os.kill(engine, signal.SIGSTOP)
    message_id = str(uuid.uuid4())
    assert talk.post({"id": message_id, "text": "where can I find a mentor"}, wait=None).status_code == 202
    # It lives, holds the conversation's lock, and says nothing more.
    time.sleep(0.5)
    os.kill(guides[0].process.pid, signal.SIGSTOP)
    try:
        turn = next(turns(elsewhere(talk, guides[1])))
        assert turn["id"] == message_id
        assert "ipac-mentorship-circle" in json.dumps(turn)
    finally:
        os.kill(guides[0].process.pid, signal.SIGCONT)
        os.kill(engine, signal.SIGCONT)
    # Back again, it does not answer a second time.
    assert talk.choose("menu")["seq"] == 2
    assert elsewhere(talk, guides[1]).choose("menu")["seq"] == 3


def test_a_crisis_sent_to_one_does_not_wait_behind_a_message_that_hangs_in_the_other(guides: list[Any]) -> None:
    talk = guides[0].begin()
    os.kill(guides[0].engine_pid(), signal.SIGSTOP)
    assert talk.post({"id": str(uuid.uuid4()), "text": "a mentor please"}, wait=None).status_code == 202
    time.sleep(0.5)
    there = elsewhere(talk, guides[1])
    got: list[dict[str, Any]] = []
    stream = listen(there, got)
    cry = there.post({"id": str(uuid.uuid4()), "choice": "crisis"}, wait=20)
    assert tuple(card["slug"] for card in cry.json()["messages"][0]["resources"][:3]) == FLOOR_SLUGS
    # TURN_SECONDS is 60: the message before it is hurried along, or this never comes to be in time.
    until(lambda: [turn["seq"] for turn in got] == [1, 2])
    os.kill(guides[0].engine_pid(), signal.SIGCONT)
    there.client.delete(there.path, headers=there.headers)
    stream.join(20)
    assert not stream.is_alive()


def there_turns(talk: Any, count: int) -> list[dict[str, Any]]:
    stream = turns(talk)
    return [next(stream) for _ in range(count)]


def test_locks_and_news_that_are_cut_again_and_again_lose_nothing(guides: list[Any], postgres: Any) -> None:
    here = guides[0].begin()
    there = elsewhere(here, guides[1])
    got: list[dict[str, Any]] = []
    stream = listen(there, got)
    for number in range(1, 7):
        with psycopg.connect(postgres.url, autocommit=True) as staff:
            staff.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND query SIMILAR TO '(LISTEN|SELECT 1|SELECT pg_(try_)?advisory)%'"
            )
        assert (here if number % 2 else there).choose("menu")["seq"] == number
    until(lambda: len(got) == 6)
    assert [turn["seq"] for turn in got] == list(range(1, 7))
    here.client.delete(here.path, headers=here.headers)
    stream.join(20)
    assert not stream.is_alive()


def test_nothing_of_a_conversation_stands_in_news_or_locks(guides: list[Any], postgres: Any) -> None:
    heard: list[str] = []
    with psycopg.connect(postgres.url, autocommit=True) as staff:
        staff.execute("LISTEN guide_turns")
        talk = guides[0].begin()
        talk.say("I want to die, quokka")
        heard += [news.payload for news in staff.notifies(timeout=2)]
    assert {payload.split()[0] for payload in heard} == {"hurry", "turn"}
    assert all(len(payload.split()) == 3 and talk.conversation in payload for payload in heard)


# Several workers behind one port


@pytest.fixture(scope="module")
def workers(postgres: Any, serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    running = serve(tmp_path_factory.mktemp("workers"), workers=3, DATABASE_URL=postgres.url)
    ready_workers(running)
    yield running
    running.stop()


def worker_pids(guide: Any) -> list[int]:
    """The workers: those children of the first process that have started an engine."""
    return [pid for pid in guide.children() if engines(pid)]


def engines(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def ready_workers(guide: Any, count: int = 3) -> None:
    """Wait until so many workers have an engine and every one of a few dozen new connections finds one that answers."""
    until(lambda: len(worker_pids(guide)) == count, 90)
    until(lambda: all(ready(guide) for _ in range(24)), 120)


def ready(guide: Any) -> bool:
    """Whether a new connection finds a worker that answers; until one is there it waits."""
    with contextlib.suppress(httpx.TimeoutException):
        return httpx.get(f"{guide.url}/readyz").status_code == 200
    return False


def test_workers_share_one_port_and_one_database(workers: Any, hold: Callable[..., None]) -> None:
    before = worker_pids(workers)
    talk, before_them = workers.begin(), counted(workers)
    for number in range(1, 25):
        # A connection of its own each: any worker may take it.
        with httpx.Client(base_url=workers.url, timeout=40) as client:
            assert type(talk)(client, talk.conversation, talk.token, []).choose("menu")["seq"] == number
    # The counts are those of all workers together, whoever is asked.
    for _ in range(6):
        assert counted(workers) - before_them == 24
    assert worker_pids(workers) == before


def send_until_taken(talk: Any, message_id: str) -> None:
    """As the page does: where the connection breaks, the same message again."""
    while True:
        with (
            httpx.Client(base_url=str(talk.client.base_url), timeout=40) as client,
            contextlib.suppress(httpx.HTTPError),
        ):
            one = type(talk)(client, talk.conversation, talk.token, [])
            assert one.post({"id": message_id, "choice": "menu"}, wait=None).status_code == 202
            return


def test_a_worker_that_dies_is_replaced_and_what_it_left_is_answered(workers: Any) -> None:
    talk = workers.begin()
    before = worker_pids(workers)
    sent = []
    for pid in before[:2]:
        for _ in range(3):
            sent.append(str(uuid.uuid4()))
            send_until_taken(talk, sent[-1])
        os.kill(pid, signal.SIGKILL)
    with httpx.Client(base_url=workers.url, timeout=40) as client:
        assert [turn["id"] for turn in there_turns(type(talk)(client, talk.conversation, talk.token, []), 6)] == sent
    ready_workers(workers)
    assert set(before[2:]) < set(worker_pids(workers))


def test_a_signal_ends_all_of_them(workers: Any) -> None:
    everyone = [*worker_pids(workers), *(engine for pid in worker_pids(workers) for engine in engines(pid))]
    assert len(everyone) == 6
    workers.process.terminate()
    assert workers.process.wait(30) == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everyone))


def test_no_worker_outlives_the_first_process(postgres: Any, serve: Callable[..., Any], tmp_path: Path) -> None:
    workers = serve(tmp_path / "guide", workers=2, DATABASE_URL=postgres.url)
    until(lambda: len(worker_pids(workers)) == 2, 90)
    everyone = [*worker_pids(workers), *(engine for pid in worker_pids(workers) for engine in engines(pid))]
    workers.process.kill()
    workers.stop()
    until(lambda: not any(alive(pid) for pid in everyone))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
