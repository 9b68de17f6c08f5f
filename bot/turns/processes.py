"""Several processes on one database: one at a time answers a conversation, and all hear what the others did.

Nothing here is needed for turns to be right. That a message is answered once and in order is held by the conditions of
the transactions in `store.py`; the locks keep two processes from doing the same work, and the notifications save
waiting for the next look. Both may fail at any time: what was missed is found by looking, a little later.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import random
from collections.abc import Callable
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine

log = logging.getLogger(__name__)

#: The channel of PostgreSQL's NOTIFY. What is sent on it is a kind of news, a conversation's id, and a
#: mark of the process, nothing else.
CHANNEL = "guide_turns"

#: One visit to the database (seconds).
_VISIT_SECONDS = 3.0

#: How often a connection is tried, so that one that is silently dead is noticed (seconds).
_PING_SECONDS = 4.0

#: The database itself lets go of the locks of a process it has not heard of for so long (milliseconds).
_LEASE_MS = 15_000

#: How long to wait before connecting again, growing with each failure (seconds).
_RETRY_SECONDS = (0.1, 0.3, 1.0, 2.0)

#: Told of news: its kind ("turn", "hurry" or "gone"), the conversation, and the mark of the process it comes from; and
#: ("missed", "", "") when some may have been missed.
OnNews = Callable[[str, str, str], None]


class LockUnavailableError(Exception):
    """Whether another process works on the conversation cannot be told: the database does not answer."""


class Processes(Protocol):
    """What `Turns` needs to share its work with other processes."""

    #: Whether there may be other processes.
    shared: bool

    def start(self, on_news: OnNews) -> None:
        """Begin to listen."""

    async def stop(self) -> None:
        """Stop listening, and let go of every lock."""

    async def lock(self, conversation_id: str) -> bool:
        """Take a conversation for this process; False where another has it. Raises LockUnavailableError."""

    async def unlock(self, conversation_id: str) -> None:
        """Let go of a conversation."""


class OneProcess:
    """No other process: what this one does, it knows."""

    shared = False

    def start(self, on_news: OnNews) -> None:
        """Nothing to listen to."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def lock(self, conversation_id: str) -> bool:
        """Always this process's own."""
        return True

    async def unlock(self, conversation_id: str) -> None:
        """Nothing to let go of."""


class PostgresProcesses:
    """Advisory locks and LISTEN/NOTIFY on PostgreSQL, on two connections of their own.

    All locks of this process are held by one connection. When the process dies, or the connection breaks, the database
    lets go of them; when it is merely silent (a stopped process, a network that swallows), after `_LEASE_MS`.

    Args:
        engine: says where the database is; its own connections are not used.
    """

    shared = True

    def __init__(self, engine: Engine) -> None:
        _, self._where = engine.dialect.create_connect_args(engine.url)
        self._holder: psycopg.AsyncConnection[Any] | None = None
        self._connecting = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, on_news: OnNews) -> None:
        """Begin to listen."""
        for name, work in (("listen", self._listen(on_news)), ("ping", self._ping())):
            self._tasks.add(asyncio.create_task(work, name=name))

    async def stop(self) -> None:
        """Stop listening, and let go of every lock."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._drop(self._holder)

    async def lock(self, conversation_id: str) -> bool:
        """Take a conversation for this process; False where another has it. Raises LockUnavailableError."""
        taking = self._beside(self._ask("SELECT pg_try_advisory_lock(%s)", conversation_id))
        try:
            return bool(await asyncio.shield(taking))
        except asyncio.CancelledError:
            # Taken for nobody: given back as soon as it is there.
            self._beside(self._give_back(taking, conversation_id))
            raise

    async def unlock(self, conversation_id: str) -> None:
        """Let go of a conversation."""
        # Without the connection there is no lock either.
        with contextlib.suppress(LockUnavailableError):
            await asyncio.shield(self._beside(self._ask("SELECT pg_advisory_unlock(%s)", conversation_id)))

    async def _give_back(self, taking: asyncio.Task[Any], conversation_id: str) -> None:
        with contextlib.suppress(LockUnavailableError):
            if await taking:
                await self._ask("SELECT pg_advisory_unlock(%s)", conversation_id)

    def _beside(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _ask(self, statement: str, conversation_id: str) -> Any:
        holder = None
        try:
            async with asyncio.timeout(_VISIT_SECONDS):
                holder = await self._connected()
                row = await (await holder.execute(statement.encode(), (_key(conversation_id),))).fetchone()
        except (psycopg.Error, OSError, TimeoutError) as error:
            await self._drop(holder)
            raise LockUnavailableError(f"the database did not answer ({type(error).__name__})") from None
        return row[0] if row else None

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        async with self._connecting:
            if self._holder is None or self._holder.closed:
                self._holder = await self._connect()
            return self._holder

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        async with asyncio.timeout(_VISIT_SECONDS):
            connection = await psycopg.AsyncConnection.connect(**self._where, autocommit=True)
            # Known since PostgreSQL 14; an older one notices a broken connection, but not a silent one.
            await connection.execute(
                "SELECT set_config(name, %s, false) FROM pg_settings WHERE name = 'idle_session_timeout'",
                (str(_LEASE_MS),),
            )
            return connection

    async def _drop(self, holder: psycopg.AsyncConnection[Any] | None) -> None:
        if self._holder is holder:
            self._holder = None
        if holder is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await holder.close()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(_PING_SECONDS)
            if self._holder is not None:
                with contextlib.suppress(LockUnavailableError):
                    await self._ask("SELECT %s::bigint", "")

    async def _listen(self, on_news: OnNews) -> None:
        failures = 0
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}".encode())
                    failures = 0
                    on_news("missed", "", "")
                    while True:
                        async for news in connection.notifies(timeout=_PING_SECONDS):
                            kind, _, rest = news.payload.partition(" ")
                            conversation_id, _, origin = rest.partition(" ")
                            on_news(kind, conversation_id, origin)
                        async with asyncio.timeout(_VISIT_SECONDS):
                            await connection.execute("SELECT 1")
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("news of other processes cannot be heard: %s", type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)] * random.uniform(0.5, 1.5))  # noqa: S311
            failures += 1
            on_news("missed", "", "")


def processes_for(engine: Engine) -> Processes:
    """How work on this database is shared: on PostgreSQL with others, on SQLite with none."""
    return PostgresProcesses(engine) if engine.dialect.name == "postgresql" else OneProcess()


def _key(conversation_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(conversation_id.encode(), digest_size=8).digest(), "big", signed=True)
