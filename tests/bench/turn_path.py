"""What a turn costs: requests a second, p50 and p99 at 1, 8 and 32 clients, CPU a turn, beside the engine alone.

    .venv/bin/python tests/bench/turn_path.py            # prints the table
    .venv/bin/python tests/bench/turn_path.py --write    # and puts it into docs/RELIABILITY.md

Clients run on the same machine and take their share of it. Compare only within one run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.directory import apply_content, connect, upgrade
from bot.engine.protocol import EngineRequest
from bot.engine.supervisor import EngineSupervisor
from bot.publishing import model_path
from bot.safety import warm
from bot.settings import ROOT
from bot.turns import read

PAGE = ROOT / "docs" / "RELIABILITY.md"
BEGIN, END = "<!-- the turn path: made by tests/bench/turn_path.py --write -->", "<!-- end of the turn path -->"
CLIENTS = (1, 8, 32)
TURNS = 480
MESSAGES = [
    {"text": "I'm looking for a mentor"},
    {"choice": "region_on"},
    {"text": "What does Dalhousie have for Indigenous students?"},
    {"choice": "menu"},
]


@dataclass(frozen=True)
class Figures:
    """Of one way to be answered: times in milliseconds."""

    name: str
    clients: int
    a_second: float
    p50: float
    p99: float
    server_cpu: float | None
    engine_cpu: float

    def row(self) -> str:
        server = "–" if self.server_cpu is None else f"{self.server_cpu:.1f}"
        return (
            f"| {self.name} | {self.clients} | {self.a_second:.0f} | {self.p50:.0f} | {self.p99:.0f} | {server} | "
            f"{self.engine_cpu:.1f} |"
        )


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(
    name: str, clients: int, one: Callable[[int, int], Awaitable[None]], server: int | None, engine: int
) -> Figures:
    """Have so many clients answered at once, `TURNS` turns in all."""
    times: list[float] = []

    async def client(number: int) -> None:
        for turn in range(TURNS // clients):
            begun = time.perf_counter()
            await one(number, turn)
            times.append((time.perf_counter() - begun) * 1000)

    before = [cpu_seconds(pid) if pid else 0.0 for pid in (server, engine)]
    begun = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    wall = time.perf_counter() - begun
    spent = [(cpu_seconds(pid) if pid else 0.0) - was for pid, was in zip((server, engine), before, strict=True)]
    cuts = statistics.quantiles(times, n=100)
    cost = [seconds / len(times) * 1000 for seconds in spent]
    return Figures(name, clients, len(times) / wall, cuts[49], cuts[98], cost[0] if server else None, cost[1])


def serve(folder: Path) -> tuple[subprocess.Popen[str], str, int]:
    """Start the guide in a folder; its process, its address once a model answers, and its engine's process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve"],
        cwd=ROOT,
        env={**os.environ, "PORT": "0", "VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/guide.db",
             "RATE_LIMIT": "off"},
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stderr is not None
    url = next(line for line in process.stderr if "The guide is at " in line).split("The guide is at ")[1].strip()
    while httpx.get(f"{url}/readyz").status_code != 200:
        time.sleep(0.1)
    return process, url, int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


async def through_the_guide(url: str, server: int, engine: int) -> list[Figures]:
    """Over HTTP, with everything that makes a turn durable."""
    found = []
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        for clients in CLIENTS:
            talks = [(await http.post("/webhooks/web/conversations", json={})).json() for _ in range(clients)]

            async def one(number: int, turn: int, talks: list[dict[str, str]] = talks) -> None:
                talk = talks[number]
                answered = await http.post(
                    f"/webhooks/web/conversations/{talk['conversation']}/messages",
                    json={"id": str(uuid.uuid4()), **MESSAGES[turn % len(MESSAGES)]},
                    headers={"Authorization": f"Bearer {talk['token']}", "Prefer": "wait=30"},
                )
                assert answered.status_code == 200, answered.text

            await one(0, 0)
            found.append(await measure("the guide, over HTTP", clients, one, server, engine))
    return found


async def by_the_engine_alone(folder: Path) -> list[Figures]:
    """The same messages to the same engine, with nothing in front of it."""
    url = f"sqlite:///{folder}/alone.db"
    database = connect(url)
    upgrade(database)
    apply_content(database, ROOT / "data" / "resources")
    database.dispose()
    model = model_path(ROOT, ROOT / "var" / "models")
    engine = EngineSupervisor(model, ROOT / "data", folder / "engine.log", environment={"DATABASE_URL": url})
    await engine.start()
    assert await engine.wait_ready(120)
    assert engine._process is not None
    try:

        async def one(number: int, turn: int) -> None:
            await engine.answer(EngineRequest("en", {}, **MESSAGES[turn % len(MESSAGES)]), 30)

        await one(0, 0)
        return [await measure("the engine alone", clients, one, None, engine._process.pid) for clients in CLIENTS]
    finally:
        await engine.stop()


def by_the_screening_alone() -> float:
    """CPU milliseconds of reading one of the messages for a crisis, which the server does for each."""
    assert warm()
    rounds = TURNS // len(MESSAGES)
    begun = time.process_time()
    for _ in range(rounds):
        for message in MESSAGES:
            read(message.get("text"), message.get("choice"))
    return (time.process_time() - begun) / (rounds * len(MESSAGES)) * 1000


def main() -> None:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/RELIABILITY.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(ROOT / "var" / "models", folder / "models")
        process, url, engine = serve(folder)
        try:
            figures = asyncio.run(through_the_guide(url, process.pid, engine))
        finally:
            process.terminate()
            process.wait()
        figures += asyncio.run(by_the_engine_alone(folder))
    table = "\n".join(
        [
            "| answered by | clients | turns a second | p50 ms | p99 ms | server, CPU ms a turn | engine, CPU ms |",
            "|---|---|---|---|---|---|---|",
            *(figure.row() for figure in figures),
            f"| the screening alone | – | – | – | – | {by_the_screening_alone():.1f} | – |",
        ]
    )
    print(table)
    if arguments.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
