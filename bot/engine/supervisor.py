"""Keep an engine process alive, ask it one turn at a time, and replace it when it hangs or dies."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.engine.protocol import EngineError, EngineReply, EngineRequest, EngineTimeoutError, EngineUnavailableError

log = logging.getLogger(__name__)

#: A reply larger than this is not a reply (bytes).
_LINE_LIMIT = 4 * 1024 * 1024

#: How long to wait before starting an engine again that died at once, growing with each failure (seconds).
_RETRY_SECONDS = (0.2, 1.0, 5.0, 15.0)


class EngineSupervisor:
    """One engine process and the queue before it.

    Args:
        model: the model to load.
        data: the project's `data/` folder.
        log_file: where the engine's own output goes.
        action_seconds: time limit of one action, in seconds.
        hang_seconds: how long one turn may keep the process busy before it is replaced, in seconds.
        environment: variables for the process, over this one's own.
    """

    def __init__(
        self,
        model: Path,
        data: Path,
        log_file: Path,
        action_seconds: float = 3.0,
        hang_seconds: float = 4.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.model = model
        self.restarts = 0
        self._data = data
        self._log_file = log_file
        self._action_seconds = action_seconds
        self._hang_seconds = hang_seconds
        self._environment = dict(environment or {})
        self._process: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._waiting: asyncio.PriorityQueue[tuple[int, int, _Call]] = asyncio.PriorityQueue()
        self._counter = itertools.count()
        self._busy_since: float | None = None

    @property
    def ready(self) -> bool:
        """Whether an engine has loaded its model and answers."""
        return self._ready.is_set()

    @property
    def stalled(self) -> bool:
        """Whether the turn under way has taken over a second already."""
        return self._busy_since is not None and time.monotonic() - self._busy_since > 1.0

    async def start(self) -> None:
        """Begin to keep an engine running. Returns at once; `wait_ready` tells when it answers."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name="engine")

    async def stop(self) -> None:
        """End the engine and answer what still waits with an error."""
        keeper, self._keeper = self._keeper, None
        if keeper:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        await self._end_process()
        while not self._waiting.empty():
            _, _, call = self._waiting.get_nowait()
            call.fail(EngineUnavailableError("the engine is stopping"))

    async def wait_ready(self, seconds: float) -> bool:
        """Wait until an engine answers, for at most so many seconds; tells whether one does."""
        try:
            await asyncio.wait_for(self._ready.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    async def answer(self, request: EngineRequest, seconds: float, urgent: bool = False) -> EngineReply:
        """Answer one turn within a time limit that counts waiting as well.

        Args:
            request: the message and the state of its conversation.
            seconds: the limit.
            urgent: go before all that is not urgent, and do not wait for an engine that is down or stalled.

        Raises:
            EngineUnavailableError: no engine runs and, for an urgent turn, none is waited for.
            EngineTimeoutError: no answer within the limit.
            EngineError: the engine says that it could not answer.
        """
        if urgent and (not self.ready or self.stalled):
            raise EngineUnavailableError("the engine is down or busy, and this turn cannot wait")
        result = await self._call({"request": request.to_dict()}, seconds, urgent)
        reply = result["reply"]
        return EngineReply(tuple(reply["messages"]), reply["topic"], reply["intent"], reply["state"])

    async def _call(self, body: dict[str, Any], seconds: float, urgent: bool) -> dict[str, Any]:
        call = _Call(body)
        number = next(self._counter)
        await self._waiting.put((0 if urgent else 1, number, call))
        try:
            result = await asyncio.wait_for(asyncio.shield(call.future), seconds)
        except asyncio.TimeoutError:
            call.future.cancel()
            raise EngineTimeoutError(f"no answer from the engine within {seconds} s") from None
        if "error" in result:
            raise EngineError(result["error"])
        return result

    async def _keep(self) -> None:
        failures = 0
        while True:
            try:
                await self._start_process()
                failures = 0
                await self._serve()
            except (EngineError, OSError, ValueError, asyncio.IncompleteReadError) as error:
                log.error("engine: %s", error)
            self._ready.clear()
            self._busy_since = None
            await self._end_process()
            self.restarts += 1
            await asyncio.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
            failures += 1

    async def _start_process(self) -> None:
        if not self.model.is_file():
            raise EngineUnavailableError(f"there is no model at {self.model}")
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as log_file:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.engine.worker",
                str(self.model),
                str(self._data),
                str(self._action_seconds),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log_file,
                limit=_LINE_LIMIT,
                env={**os.environ, **self._environment},
                cwd=str(self._data.parent),
                # Its own session: Ctrl-C in the terminal reaches the server, which then ends the engine in order.
                start_new_session=True,
            )
        if not (await self._read_line()).get("ready"):
            raise EngineUnavailableError("the engine ended before it was ready; its log says why")
        self._ready.set()

    async def _serve(self) -> None:
        process = self._process
        assert process is not None and process.stdin is not None
        died = asyncio.create_task(process.wait())
        try:
            while True:
                waiting = asyncio.create_task(self._waiting.get())
                await asyncio.wait({waiting, died}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done():
                    waiting.cancel()
                    raise EngineUnavailableError("the engine process ended")
                call = waiting.result()[2]
                if call.future.done():
                    continue
                await self._serve_one(process, call)
        finally:
            died.cancel()

    async def _serve_one(self, process: asyncio.subprocess.Process, call: _Call) -> None:
        assert process.stdin is not None
        self._busy_since = time.monotonic()
        number = next(self._counter)
        try:
            process.stdin.write((json.dumps({"id": number, **call.body}) + "\n").encode())
            await process.stdin.drain()
            result = await asyncio.wait_for(self._read_line(), self._hang_seconds)
        except asyncio.TimeoutError:
            error = EngineTimeoutError(f"the engine hung for {self._hang_seconds} s and is replaced")
            call.fail(error)
            raise error from None
        except (OSError, ValueError, EngineError) as error:
            call.fail(EngineUnavailableError("the engine process ended during this turn"))
            raise EngineUnavailableError("the engine process ended during a turn") from error
        finally:
            self._busy_since = None
        if result.get("id") != number:
            call.fail(EngineError("the engine answered out of turn"))
            raise EngineError("the engine answered out of turn and is replaced")
        call.succeed(result)

    async def _read_line(self) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise EngineUnavailableError("the engine process ended")
        message: dict[str, Any] = json.loads(line)
        return message

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class _Call:
    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def succeed(self, result: dict[str, Any]) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def fail(self, error: EngineError) -> None:
        if not self.future.done():
            self.future.set_exception(error)
            # A caller that has given up no longer asks for it.
            self.future.exception()
