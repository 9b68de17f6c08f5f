"""A TCP proxy that treats connections as a bad network does: it refuses, cuts, delays and swallows them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

#: What becomes of a connection, and how often in a hundred.
FATES = {"passed": 60, "refused": 8, "cut": 12, "delayed": 10, "request swallowed": 5, "reply swallowed": 5}


class Proxy:
    """Forwards to one of several ports of this machine, or does worse.

    Args:
        targets: the ports to forward to, one of which is drawn for each connection.
        seed: decides every connection's fate.
        patience: how long a swallowed connection stays open, in seconds.
    """

    def __init__(self, targets: list[int], seed: int, patience: float = 3.0) -> None:
        self.fates: Counter[str] = Counter()
        self._targets = targets
        self._random = random.Random(seed)
        self._patience = patience
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Begin to listen; the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fate = self._random.choices(list(FATES), list(FATES.values()))[0]
        self.fates[fate] += 1
        try:
            if fate == "refused":
                # A reset, as from a port where nobody listens.
                writer.transport.abort()
                return
            if fate == "delayed":
                await asyncio.sleep(self._random.uniform(0.2, 1.5))
            if fate == "request swallowed":
                await asyncio.sleep(self._patience)
                return
            await self._forward(reader, writer, fate)
        except OSError:
            self.fates["nobody there"] += 1
        finally:
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fate: str) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._random.choice(self._targets))
        # Cut somewhere: in the request, in the head of the reply, or in its body.
        left = self._random.choice([0, 60, 150, 400, 1500, 6000]) if fate == "cut" else None

        spent = asyncio.Event()

        def spend(size: int) -> int:
            nonlocal left
            if left is None:
                return size
            given = min(size, left)
            left -= given
            if left == 0:
                spent.set()
            return given

        try:
            copying: list[asyncio.Task[Any]] = [
                asyncio.create_task(_copy(reader, back, spend)),
                asyncio.create_task(_copy(there, writer, (lambda size: 0) if fate == "reply swallowed" else spend)),
            ]
            if fate == "cut":
                copying.append(asyncio.create_task(spent.wait()))
            waited = self._patience if fate == "reply swallowed" else None
            await asyncio.wait(copying, return_when=asyncio.FIRST_COMPLETED, timeout=waited)
            for task in copying:
                task.cancel()
            await asyncio.gather(*copying, return_exceptions=True)
        finally:
            back.transport.abort()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter, spend: Callable[[int], int]) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data[: spend(len(data))])
            await sink.drain()
