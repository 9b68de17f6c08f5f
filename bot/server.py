"""Serve the guide on uvicorn, and say where it is and when it is ready."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette


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
    """Serve until told to stop; the exit status."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = GuideServer(config, app, say)
    server.run()
    return 0 if server.started else 1
