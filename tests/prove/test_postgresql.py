"""The guide on PostgreSQL: every conversation, and what happens when the server stops."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.messages import FLOOR_SLUGS, brief_floor

pytestmark = pytest.mark.prove

CRISIS = "I want to die"


@dataclass
class Postgres:
    """A PostgreSQL of our own, in a folder of its own."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://guide@127.0.0.1:{self.port}/postgres"

    def control(self, *words: str) -> None:
        run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", *words)

    def start(self) -> None:
        self.control("-o", f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1", "start")


def run(program: str, *words: str) -> None:
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    found = shutil.which(program) or str(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))[-1])
    # Its output goes to a file: a server that inherits a pipe would keep it open.
    subprocess.run(
        [found, *words], check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not in pytest's own folder, which only its user may enter.
    folder = Path("/tmp") / f"guide-pg-{uuid.uuid4().hex[:8]}"
    folder.mkdir(mode=0o700)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    database = Postgres(folder, port)
    run("initdb", "-D", str(folder / "data"), "-U", "guide", "-A", "trust", "-E", "UTF8")
    database.start()
    yield database
    database.control("-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def guide(postgres: Postgres, serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    running = serve(tmp_path_factory.mktemp("guide"), DATABASE_URL=postgres.url)
    running.wait_ready()
    yield running
    running.stop()


def test_conversation_on_postgresql(guide: Any, hold: Callable[..., None], scenario: dict[str, Any]) -> None:
    hold(guide, scenario)


def test_the_database_server_stops_and_comes_back(guide: Any, postgres: Postgres) -> None:
    talk = guide.begin()
    postgres.control("-m", "immediate", "stop")
    refused = talk.post({"id": str(uuid.uuid4()), "text": CRISIS})
    assert refused.status_code == 503
    assert tuple(card["slug"] for card in refused.json()["messages"][0]["resources"][:3]) == FLOOR_SLUGS
    refused = talk.post({"id": str(uuid.uuid4()), "text": "a mentor please"})
    assert refused.status_code == 503
    assert refused.json()["messages"][-1] == brief_floor("en").to_dict()
    postgres.start()
    assert talk.choose("connect_national")["topic"] == "connect"
