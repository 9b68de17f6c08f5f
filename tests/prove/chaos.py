"""Chaos: people write through a network that cuts, refuses, delays and swallows, while guides are killed.

    .venv/bin/python tests/prove/chaos.py sqlite                                  # as make prove does
    .venv/bin/python tests/prove/chaos.py postgresql --clients 200 --write        # all of it, into docs/RELIABILITY.md

On SQLite one guide is killed with -9 and started again; on PostgreSQL three guides share the database and one is killed
at a time. Once, for ten seconds, the database is gone. In the end every message that was sent must have been answered
once, in order, the floor first where it was a cry for help, and its words must stand in no file. Ends with 1 otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "RELIABILITY.md"
BEGIN, END = "<!-- chaos: made by tests/prove/chaos.py --write -->", "<!-- end of chaos -->"
HEAD = (
    "| where | people × messages | kills | connections | sent again | lost | doubled | out of order | "
    "cries without the floor | kept | apologies | seconds |"
)
CANARY = "zanzibarquokka"
FLOOR = ("988-suicide-crisis-helpline", "hope-for-wellness", "emergency-911")
CRIES: list[dict[str, str]] = [
    {"text": f"I don't want to be alive anymore, {CANARY}"},
    {"choice": "crisis"},
    {"text": f"je veux mourir {CANARY}"},
]
OTHERS: list[dict[str, str]] = [
    {"text": f"where can I find a mentor, {CANARY}"},
    {"choice": "connect"},
    {"text": f"What does Dalhousie have for Indigenous students? {CANARY}"},
    {"choice": "menu"},
    {"choice": "region_on"},
]

#: Between two killings (seconds).
CALM_SECONDS = {"sqlite": (8.0, 12.0), "postgresql": (5.0, 8.0)}

#: How long a client waits between its messages (seconds).
PAUSE_SECONDS = (0.5, 6.0)

#: How long the database is gone (seconds).
GONE_SECONDS = 10.0

#: Once the last message is taken in, no guide is killed any more, and all turns must reach their people in this time,
#: over a network that is as bad as before (seconds).
ANSWERED_WITHIN = 300.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@dataclass
class House:
    """The guides and their database."""

    folder: Path
    database: str
    ports: list[int]
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: int = 0
    there: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        if self.database == "sqlite":
            return f"sqlite:///{self.folder}/guide.db"
        return f"postgresql://guide@127.0.0.1:{self._pg_port}/postgres"

    def open(self) -> None:
        self.there.set()
        models = self.folder / "models"
        shutil.copytree(ROOT / "var" / "models", models)
        if self.database == "postgresql":
            self._pg_port = free_port()
            self._pg = Path(tempfile.mkdtemp(prefix="guide-pg-", dir="/tmp"))
            if os.getuid() == 0:
                shutil.chown(self._pg, "postgres", "postgres")
            self._run("initdb", "-D", str(self._pg / "data"), "-U", "guide", "-A", "trust", "-E", "UTF8")
            self._start_database()
        for port in self.ports:
            self.start(port)

    def close(self) -> None:
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.database == "postgresql":
            self._stop_database()

    def remove(self) -> None:
        if self.database == "postgresql":
            shutil.rmtree(self._pg)

    def start(self, port: int) -> None:
        environment = {
            **os.environ, "PORT": str(port), "HOST": "127.0.0.1", "VAR_DIR": str(self.folder), "RATE_LIMIT": "off",
            "DATABASE_URL": self.url, "SECRET_KEY": "a key for the chaos, thirty-two long",
        }  # fmt: skip
        with (self.folder / f"guide-{port}.err").open("ab") as told:
            self.running[port] = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"], cwd=ROOT, env=environment, stderr=told, stdout=told
            )

    def kill(self, port: int) -> None:
        self.running[port].kill()
        self.running[port].wait()
        self.killed += 1

    async def wait_alive(self, port: int) -> None:
        async with httpx.AsyncClient() as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"http://127.0.0.1:{port}/healthz", timeout=2)).status_code == 200:
                        return
                if self.running[port].poll() is not None and self.there.is_set():
                    self.start(port)
                await asyncio.sleep(0.2)

    async def without_database(self) -> None:
        """The database is gone for a while."""
        self.there.clear()
        if self.database == "postgresql":
            await asyncio.to_thread(self._stop_database)
            await asyncio.sleep(GONE_SECONDS)
            await asyncio.to_thread(self._start_database)
        else:
            database = sqlite3.connect(self.folder / "guide.db", isolation_level=None, timeout=30)
            database.execute("BEGIN EXCLUSIVE")
            await asyncio.sleep(GONE_SECONDS)
            database.execute("ROLLBACK")
            database.close()
        self.there.set()

    def stored(self) -> list[tuple[str, int, str, bool, bool]]:
        """Conversation, place, id, whether answered, whether wiped: of every message."""
        query = (
            "SELECT conversation_id, seq, message_id, answer IS NOT NULL, sealed IS NULL FROM turn "
            "ORDER BY conversation_id, seq"
        )
        if self.database == "postgresql":
            with psycopg.connect(self.url) as connection:
                return [tuple(row) for row in connection.execute(query)]  # type: ignore[misc]
        with contextlib.closing(sqlite3.connect(self.folder / "guide.db")) as connection:
            return list(connection.execute(query))

    def files_with(self, words: str) -> list[str]:
        """The files of guides and database that hold these words."""
        folders = [self.folder, *([self._pg] if self.database == "postgresql" else [])]
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return [str(path) for path in files if words.encode() in path.read_bytes().lower()]

    def _start_database(self) -> None:
        where = f"-p {self._pg_port} -k {self._pg} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-D", str(self._pg / "data"), "-l", str(self._pg / "log"), "-w", "-o", where, "start")

    def _stop_database(self) -> None:
        self._run("pg_ctl", "-D", str(self._pg / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *words: str) -> None:
        found = shutil.which(program) or str(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))[-1])
        user = "postgres" if os.getuid() == 0 else None
        subprocess.run(
            [found, *words], check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )


@dataclass
class Tally:
    """What the clients saw."""

    sent: int = 0
    retries: int = 0
    apologies: int = 0
    cries: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    without_floor: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


def floor_first(messages: list[dict[str, Any]]) -> bool:
    return bool(messages) and tuple(card["slug"] for card in messages[0].get("resources", [])[:3]) == FLOOR


class Client:
    """One person: sends messages one after the other, each until it is taken, and reads the turns beside that."""

    def __init__(self, http: httpx.AsyncClient, number: int, messages: int, seed: int, tally: Tally) -> None:
        self.http = http
        self.tally = tally
        self.random = random.Random(f"{seed} {number}")
        self.polls = number % 2 == 1
        self.bodies: list[dict[str, str]] = []
        for place in range(messages):
            of = CRIES if place % 5 == number % 5 else OTHERS
            self.bodies.append({"id": str(uuid.UUID(int=self.random.getrandbits(128))), **self.random.choice(of)})
        self.turns: list[dict[str, Any]] = []

    async def write(self) -> None:
        begun = await self.until_taken("POST", "/webhooks/web/conversations", {}, {201})
        self.conversation = begun["conversation"]
        self.path = f"/webhooks/web/conversations/{self.conversation}"
        self.headers = {"Authorization": f"Bearer {begun['token']}"}
        self.reading = asyncio.create_task(self.read())
        for body in self.bodies:
            await asyncio.sleep(self.random.uniform(*PAUSE_SECONDS))
            await self.until_taken("POST", f"{self.path}/messages", body, {200, 202})
            self.tally.sent += 1

    async def until_taken(self, method: str, path: str, body: dict[str, str], taken: set[int]) -> dict[str, Any]:
        cry = body.get("choice") == "crisis" or any(body == {**known, "id": body.get("id", "")} for known in CRIES)
        self.tally.cries += cry
        pause = 0.2
        headers = {**getattr(self, "headers", {}), **({"Prefer": "wait=2"} if self.random.random() < 0.3 else {})}
        while True:
            with contextlib.suppress(httpx.HTTPError, ValueError):
                response = await self.http.request(method, path, json=body, headers=headers)
                self.tally.statuses[response.status_code] += 1
                answer: dict[str, Any] = response.json()
                # Whatever comes back, also a refusal: the floor is in it.
                self.tally.without_floor += cry and not floor_first(answer.get("messages", []))
                if response.status_code in taken:
                    return answer
            self.tally.retries += 1
            await asyncio.sleep(pause * self.random.uniform(0.5, 1.5))
            pause = min(pause * 2, 3.0)

    async def read(self) -> None:
        while len(self.turns) < len(self.bodies):
            after = self.turns[-1]["seq"] if self.turns else 0
            with contextlib.suppress(httpx.HTTPError, ValueError):
                await (self.poll(after) if self.polls else self.stream(after))
            await asyncio.sleep(self.random.uniform(0.1, 0.5))

    async def poll(self, after: int) -> None:
        headers = {**self.headers, "Prefer": "wait=5"}
        response = await self.http.get(f"{self.path}/turns", params={"after": after}, headers=headers, timeout=9)
        if response.status_code == 200:
            self.turns += response.json()["turns"]

    async def stream(self, after: int) -> None:
        address = f"{self.path}/events?after={after}"
        async with self.http.stream("GET", address, headers=self.headers, timeout=13) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    self.turns.append(json.loads(line.removeprefix("data:")))
                    if len(self.turns) >= len(self.bodies):
                        return

    def judge(self) -> None:
        """Hold what came against what was sent."""
        wanted = [body["id"] for body in self.bodies]
        got = [turn["id"] for turn in self.turns]
        self.tally.lost += len(set(wanted) - set(got))
        self.tally.doubled += len(got) - len(set(got))
        self.tally.out_of_order += got != [one for one in wanted if one in got]
        self.tally.out_of_order += [turn["seq"] for turn in self.turns] != list(range(1, len(got) + 1))
        for turn, body in zip(self.turns, self.bodies, strict=False):
            if any(body == {**known, "id": body["id"]} for known in CRIES):
                self.tally.without_floor += not floor_first(turn["messages"])
            self.tally.apologies += "went wrong" in json.dumps(turn["messages"][:1])


async def trouble(house: House, draw: random.Random) -> None:
    """Kill one guide after the other, and let the database go once."""
    await asyncio.sleep(4)
    for round_ in range(10_000):
        port = house.ports[round_ % len(house.ports)]
        house.kill(port)
        house.start(port)
        await house.wait_alive(port)
        await asyncio.sleep(draw.uniform(*CALM_SECONDS[house.database]))
        if round_ == 1:
            await house.without_database()


async def run(database: str, clients: int, messages: int, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="guide-chaos-") as temporary:
        ports = [free_port() for _ in range(3 if database == "postgresql" else 1)]
        house = House(Path(temporary) / "guide", database, ports)
        house.open()
        proxy = Proxy(ports, seed)
        try:
            for port in ports:
                await house.wait_alive(port)
            address = f"http://127.0.0.1:{await proxy.start()}"
            begun = time.monotonic()
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
            tally = Tally()
            async with httpx.AsyncClient(base_url=address, timeout=8, limits=limits) as http:
                people = [Client(http, number, messages, seed, tally) for number in range(clients)]
                monkey = asyncio.create_task(trouble(house, random.Random(seed)))
                writing = asyncio.gather(*(person.write() for person in people))
                await asyncio.wait({monkey, writing}, return_when=asyncio.FIRST_COMPLETED)
                if monkey.done():
                    writing.cancel()
                    monkey.result()
                await writing
                await house.there.wait()
                monkey.cancel()
                await asyncio.gather(monkey, return_exceptions=True)
                _, unread = await asyncio.wait({person.reading for person in people}, timeout=ANSWERED_WITHIN)
                for reading in unread:
                    reading.cancel()
                await asyncio.gather(*unread, return_exceptions=True)
            seconds = time.monotonic() - begun
            for person in people:
                person.judge()
            stored = house.stored()
            left = sum(1 for row in stored if not (row[3] and row[4]))
            twice = len(stored) - len({(row[0], row[2]) for row in stored})
        finally:
            await proxy.stop()
            house.close()
        found = house.files_with(CANARY)
        house.remove()
    return {
        "database": database, "clients": clients, "messages": tally.sent, "guides": len(ports), "killed": house.killed,
        "seconds": round(seconds), "lost": tally.lost, "doubled": tally.doubled + twice,
        "out of order": tally.out_of_order, "cries": tally.cries, "cries without the floor": tally.without_floor,
        "left unanswered or unwiped": left, "files with words": found, "apologies": tally.apologies,
        "sent again": tally.retries, "statuses": {str(k): v for k, v in sorted(tally.statuses.items())},
        "connections": dict(sorted(proxy.fates.items())),
    }  # fmt: skip


def is_good(told: dict[str, Any], messages: int) -> bool:
    """Whether nothing was lost, doubled, out of order, kept, or without the floor."""
    never = ("lost", "doubled", "out of order", "cries without the floor", "left unanswered or unwiped")
    return (
        not any(told[name] for name in never)
        and not told["files with words"]
        and told["messages"] == told["clients"] * messages
        and told["killed"] > 2
    )


def write(told: dict[str, Any]) -> None:
    """Put the figures into their row of docs/RELIABILITY.md."""
    name = {"sqlite": "SQLite, 1 guide", "postgresql": "PostgreSQL, 3 guides"}[told["database"]]
    kept = told["left unanswered or unwiped"] + len(told["files with words"])
    cells = (
        f"{told['clients']} × {told['messages'] // told['clients']}", told["killed"], sum(told["connections"].values()),
        told["sent again"], told["lost"], told["doubled"], told["out of order"],
        f"{told['cries without the floor']} of {told['cries']}", kept, told["apologies"], told["seconds"],
    )  # fmt: skip
    page = PAGE.read_text(encoding="utf-8")
    before, inside = page.split(BEGIN)
    inside, after = inside.split(END)
    rows = {line.split(" | ")[0].strip("| "): line for line in inside.splitlines() if line.startswith("| ")}
    rows[HEAD.split(" | ")[0].strip("| ")] = HEAD
    rows[name] = f"| {name} | " + " | ".join(str(cell) for cell in cells) + " |"
    head = rows.pop(HEAD.split(" | ")[0].strip("| "))
    lines = [head, "|---" * (len(cells) + 1) + "|", *(rows[name] for name in sorted(rows, reverse=True))]
    PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END + after, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", choices=("sqlite", "postgresql"))
    parser.add_argument("--clients", type=int, default=40, help="how many people write at once")
    parser.add_argument("--messages", type=int, default=10, help="how many messages each sends")
    parser.add_argument("--seed", type=int, default=988, help="decides what happens to each connection")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/RELIABILITY.md")
    arguments = parser.parse_args()
    told = asyncio.run(run(arguments.database, arguments.clients, arguments.messages, arguments.seed))
    print(json.dumps(told, indent=2))
    if arguments.write:
        write(told)
    return 0 if is_good(told, arguments.messages) else 1


if __name__ == "__main__":
    sys.exit(main())
