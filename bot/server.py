"""Serve the guide on uvicorn, in one process or several, and say where it is and when it is ready."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess


class GuideServer(uvicorn.Server):
    """uvicorn, with two calm sentences for whoever started it."""

    def __init__(self, config: uvicorn.Config, app: Starlette, say: Callable[[str], None]) -> None:
        super().__init__(config)
        self._app = app
        self._say = say
        self._readiness: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, and announce it."""
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            self._say(f"The guide is at http://{self.config.host}:{port}")
            self._readiness = asyncio.create_task(self._announce())

    async def _announce(self) -> None:
        if await self._app.state.guide.engine.wait_ready(300):
            self._say("It is ready to talk. Ctrl-C stops it.")
        else:
            self._say("No model has loaded; engine.log says why. Crisis messages get the floor meanwhile.")


def serve(app: Starlette, host: str, port: int, say: Callable[[str], None]) -> int:
    """Serve in this process until told to stop; the exit status."""
    server = GuideServer(_config(app, host, port), app, say)
    server.run()
    return 0 if server.started else 1


def serve_workers(workers: int, host: str, port: int, say: Callable[[str], None]) -> int:
    """Serve with several processes on one listening socket until told to stop; the exit status.

    One that ends or stands still is replaced. Everything they need must be prepared.

    Args:
        workers: how many processes.
        host: the address to serve on.
        port: the port to serve on.
        say: told where the guide is.
    """
    # In memory where that can be: a worker that cannot write its counts, because the disk is full, ends.
    shared_memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(
        prefix="guide-counts-", dir=shared_memory if shared_memory.is_dir() else None
    ) as counts:
        # Before the workers start: their metrics read it when they are made.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        return _supervise(workers, host, port, say)


def _supervise(workers: int, host: str, port: int, say: Callable[[str], None]) -> int:
    config = _config("bot.app:build_worker", host, port, workers)
    listening = config.bind_socket()
    # From now on who connects waits, for as long as no worker is there, and is not turned away.
    listening.listen(config.backlog)
    say(f"The guide is at http://{host}:{listening.getsockname()[1]}")
    say(f"{workers} workers are starting. Ctrl-C stops them.")
    supervisor = Multiprocess(config, [listening])
    supervisor.run()
    listening.close()
    return 1 if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes) else 0


def _config(app: Starlette | str, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        host=host,
        port=port,
        workers=workers,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_worker_healthcheck=10,
    )
