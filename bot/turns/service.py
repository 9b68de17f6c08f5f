"""A turn, from message to reply, in one straight walk.

A channel hands in a message; it is screened, stored under its id, and only then acknowledged. In the order of the
conversation it is then answered by the engine within a time limit, the floor is put in front where it belongs, and the
turn is stored in the same transaction that wipes the message. The channel delivers.

The floor never waits for lock, tracker or model: it is in the receipt of a message that may be a crisis, and in the
refusal where even the database is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.engine.protocol import EngineError, EngineReply, EngineRequest, EngineTimeoutError, EngineUnavailableError
from bot.messages import (
    ChoiceCatalogue,
    Choices,
    Level,
    Locale,
    Message,
    Text,
    Turn,
    after_the_floor,
    beside_another,
    brief_floor,
    checkin_question,
    floor,
    floor_first,
    is_floor,
    messages_from_dicts,
    trouble,
)
from bot.turns.counts import Counts
from bot.turns.processes import LockUnavailableError, Processes, processes_for
from bot.turns.sealing import Seal
from bot.turns.store import TurnStore, Waiting
from bot.turns.wall import SAFE_CHOICE, Decision, Standing, decide, read

log = logging.getLogger(__name__)

T = TypeVar("T")

#: How often messages are looked for that nobody answers: those of a process that died (seconds).
_RESCUE_SECONDS = 2.0

#: How long a stream trusts that it is told of a new turn before it looks for itself (seconds).
_LOOK_SECONDS = 10.0

#: How often expired conversations are removed (seconds).
_SWEEP_SECONDS = 600.0

#: Reads messages, and nothing else: the floor does not queue behind whatever else the process does in threads, such as
#: looking up the name of a database.
_READERS = ThreadPoolExecutor(4, thread_name_prefix="read")

#: Answers with these topics say nothing that a check-in should be followed by.
_NOT_A_REQUEST = frozenset({"unknown", "smalltalk", "menu", "checkin", "crisis"})


class StoreUnavailableError(Exception):
    """The database cannot be reached, so nothing was stored."""


class UnknownChoiceError(ValueError):
    """The choice is not on the allow-list."""


class Engine(Protocol):
    """What a turn needs of the dialogue engine."""

    async def answer(self, request: EngineRequest, seconds: float, urgent: bool = False) -> EngineReply:
        """Answer one turn within a time limit. Raises EngineError."""


@dataclass(frozen=True)
class Limits:
    """Time limits in seconds.

    `turn`: an ordinary turn, waiting included. `crisis`: what a crisis turn, or one in its way, waits for the engine.
    `store`: one visit to the database.
    """

    turn: float = 10.0
    crisis: float = 0.8
    store: float = 3.0


@dataclass(frozen=True)
class Accepted:
    """A stored message. `first` is what the person must see at once: the floor, where the message may be a crisis."""

    seq: int
    level: Level
    repeated: bool
    first: tuple[Message, ...]


@dataclass
class _Lane:
    """One conversation at work in this process."""

    task: asyncio.Task[None] | None = None
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    again: bool = False


class Turns:
    """Takes messages, answers them once and in order, and keeps the turns for those who come back for them."""

    def __init__(
        self,
        store: TurnStore,
        engine: Engine,
        seal: Seal,
        catalogue: ChoiceCatalogue,
        welcome: Callable[[Locale], Sequence[Message]],
        counts: Counts,
        limits: Limits | None = None,
        idle: timedelta = timedelta(hours=24),
        processes: Processes | None = None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._seal = seal
        self._catalogue = catalogue
        self._welcome = welcome
        self._counts = counts
        self._limits = limits or Limits()
        self._idle = idle
        self._processes = processes or processes_for(store.engine)
        self._lanes: dict[str, _Lane] = {}
        self._listeners: dict[str, set[asyncio.Event]] = {}
        # SQLite takes one writer at a time: one thread here is an orderly queue for it.
        threads = 1 if store.engine.dialect.name == "sqlite" else 8
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self._keepers: list[asyncio.Task[None]] = []
        self._news: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Answer what a crash left unanswered, and begin to hear of other processes and to remove what has expired."""
        self._processes.start(self._hear)
        with contextlib.suppress(StoreUnavailableError):
            await self._rescue(timedelta(0))
        self._keepers = [
            asyncio.create_task(self._sweep(), name="sweeper"),
            asyncio.create_task(self._keep_rescuing(), name="rescue"),
        ]

    async def stop(self) -> None:
        """Stop working. What is not answered stays stored; another process answers it, or the next start."""
        tasks = [*self._keepers, *self._news, *(lane.task for lane in self._lanes.values() if lane.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._processes.stop()
        self._pool.shutdown(wait=False)

    async def begin(self, channel: str, locale: Locale) -> tuple[str, Sequence[Message]]:
        """Create a conversation; its id, and the words of welcome.

        Raises:
            StoreUnavailableError: the database cannot be reached.
        """
        conversation_id = str(uuid.uuid4())
        await self._stored(self._store.begin, conversation_id, channel, locale)
        return conversation_id, self._welcome(locale)

    async def accept(
        self,
        conversation_id: str,
        message_id: str,
        fingerprint: str,
        text: str | None = None,
        choice: str | None = None,
    ) -> Accepted:
        """Take in a message, once: exactly one of `text` and `choice`.

        Raises:
            UnknownChoiceError, UnknownConversationError, ConflictingMessageError: nothing was stored.
            StoreUnavailableError: the database cannot be reached, and nothing was stored.
        """
        if choice is not None and choice not in self._catalogue:
            raise UnknownChoiceError("this choice is not one the guide offers")
        reading = await while_others_come(read, text, choice)

        def decision(standing: Standing) -> tuple[Decision, bytes]:
            decided = decide(reading.level, text, choice, standing)
            meant = {"choice": SAFE_CHOICE} if decided.says_safe else {"choice": choice} if choice else {"text": text}
            return decided, self._seal.close({**meant, "for_another": reading.for_another})

        receipt = await self._stored(self._store.accept, conversation_id, message_id, fingerprint, decision)
        lane = self._work_on(conversation_id)
        alarm = receipt.level != "none"
        if alarm:
            lane.hurry.set()
            self._spread("hurry", conversation_id)
        first = (floor(_as_locale(receipt.locale), for_another=reading.for_another),) if alarm else ()
        return Accepted(receipt.seq, _as_level(receipt.level), receipt.repeated, first)

    async def wait_for(self, conversation_id: str, seq: int, seconds: float) -> Mapping[str, Any] | None:
        """The turn as JSON when it is answered within so many seconds, else None.

        Raises:
            UnknownConversationError: there is no such message, or not any more.
            StoreUnavailableError: the database cannot be reached.
        """

        async def look() -> Mapping[str, Any] | None:
            return await self._stored(self._store.turn, conversation_id, seq)

        return await self._until(conversation_id, look, seconds)

    async def turns_after(self, conversation_id: str, after: int, seconds: float) -> Sequence[Mapping[str, Any]]:
        """The turns after a place in the conversation: at once if there are any, else within so many seconds.

        Raises:
            UnknownConversationError: there is no such conversation, or not any more.
            StoreUnavailableError: the database cannot be reached.
        """

        async def look() -> Sequence[Mapping[str, Any]]:
            return await self._stored(self._store.turns_after, conversation_id, after)

        return await self._until(conversation_id, look, seconds)

    async def _until(self, conversation_id: str, look: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Look until there is something to see, or so many seconds have passed."""
        with self._listen(conversation_id) as changed:
            deadline = asyncio.get_running_loop().time() + seconds
            while True:
                changed.clear()
                seen = await look()
                left = deadline - asyncio.get_running_loop().time()
                if seen or left <= 0:
                    return seen
                await _changed_within(changed, min(left, _LOOK_SECONDS))

    async def stream(self, conversation_id: str, after: int) -> AsyncIterator[Mapping[str, Any]]:
        """Every turn after a place in the conversation, as it is answered, until the conversation is gone.

        Raises:
            UnknownConversationError: there is no such conversation, now or later.
            StoreUnavailableError: the database cannot be reached.
        """
        with self._listen(conversation_id) as changed:
            while True:
                changed.clear()
                for turn in await self._stored(self._store.turns_after, conversation_id, after):
                    after = int(turn["seq"])
                    yield turn
                await _changed_within(changed, _LOOK_SECONDS * random.uniform(0.7, 1.3))  # noqa: S311

    async def exists(self, conversation_id: str) -> bool:
        """Whether a conversation is there. Raises StoreUnavailableError."""
        return await self._stored(self._store.exists, conversation_id)

    async def standing(self, conversation_id: str) -> Standing | None:
        """How a conversation stands; None where that cannot be told: it is gone, or the database is."""
        try:
            return await self._stored(self._store.standing, conversation_id)
        except StoreUnavailableError:
            return None

    async def delete(self, conversation_id: str) -> bool:
        """Remove a conversation, end its streams, and tell whether it was there. Raises StoreUnavailableError."""
        self._let_go(conversation_id)
        gone = await self._stored(self._store.delete, conversation_id)
        self._tell(conversation_id)
        self._spread("gone", conversation_id)
        return gone

    def _let_go(self, conversation_id: str) -> None:
        """Stop work on a conversation that is gone, or about to be."""
        lane = self._lanes.pop(conversation_id, None)
        if lane and lane.task:
            lane.task.cancel()

    async def report_wrong_number(self, slug: str, contact: str | None) -> None:
        """Note that a number is wrong. Raises StoreUnavailableError."""
        await self._stored(self._store.report_wrong_number, slug, contact)

    def _work_on(self, conversation_id: str) -> _Lane:
        lane = self._lanes.setdefault(conversation_id, _Lane())
        lane.again = True
        if lane.task is None or lane.task.done():
            lane.task = asyncio.create_task(self._drain(conversation_id, lane), name="turns")
        return lane

    async def _drain(self, conversation_id: str, lane: _Lane) -> None:
        pause = 0.1
        while lane.again:
            lane.again = False
            try:
                # Where another process has it, that one looks once more after it let go; if it dies, `_rescue` does.
                if await self._processes.lock(conversation_id):
                    try:
                        while (waiting := await self._stored(self._store.next_waiting, conversation_id)) is not None:
                            await self._answer(waiting, lane)
                            self._tell(conversation_id)
                            self._spread("turn", conversation_id)
                    finally:
                        await self._processes.unlock(conversation_id)
                    if self._processes.shared:
                        lane.again |= await self._stored(self._store.next_waiting, conversation_id) is not None
            except Exception as error:
                # The message is stored; it is answered when the database is back. Only the kind of error is told.
                if not isinstance(error, (StoreUnavailableError, LockUnavailableError)):
                    log.error("a turn could not be finished: %s", type(error).__name__)
                lane.again = True
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
        if self._lanes.get(conversation_id) is lane:
            del self._lanes[conversation_id]

    def _hear(self, news: str, conversation_id: str, origin: str) -> None:
        """Heard from another process."""
        if origin == self._store.origin:
            return
        lane = self._lanes.get(conversation_id)
        if news == "hurry" and lane:
            lane.hurry.set()
        elif news == "gone":
            self._let_go(conversation_id)
        if news == "missed":
            for listening in list(self._listeners):
                self._tell(listening)
        elif news != "hurry":
            self._tell(conversation_id)

    def _spread(self, news: str, conversation_id: str) -> None:
        """Tell other processes, beside the work: nothing waits for it, and who is not told looks for itself."""
        if self._processes.shared:

            async def spread() -> None:
                with contextlib.suppress(StoreUnavailableError):
                    await self._stored(self._store.tell, news, conversation_id)

            task = asyncio.create_task(spread(), name="news")
            self._news.add(task)
            task.add_done_callback(self._news.discard)

    async def _rescue(self, waited: timedelta) -> None:
        """Answer what has waited for so long and nobody in this process works on."""
        for conversation_id in await self._stored(self._store.unanswered, waited):
            if conversation_id not in self._lanes:
                self._work_on(conversation_id)

    async def _keep_rescuing(self) -> None:
        while True:
            await asyncio.sleep(_RESCUE_SECONDS * random.uniform(0.7, 1.3))  # noqa: S311
            await self._kept_up(self._rescue(timedelta(seconds=1)))

    async def _answer(self, waiting: Waiting, lane: _Lane) -> None:
        locale = _as_locale(waiting.locale)
        level = _as_level(waiting.level)
        standing: Standing | None = None
        for_another = False
        with self._counts.timing():
            try:
                said = self._seal.open(waiting.sealed)
                for_another = bool(said.get("for_another"))
                reply = await self._ask(waiting, said, lane, urgent=level != "none")
                if level == "none" and reply.intent == "crisis":
                    # Only the classifier heard it: possible, not certain.
                    level = "checkin"
                    standing = Standing("crisis" if waiting.pinned == "crisis" else "checkin", True)
                messages, topic = self._compose(level, reply, locale)
                state, locale = reply.state, _as_locale(str(reply.state.get("locale", locale)))
            except Exception as error:
                # Whatever went wrong, the person is answered. Only the kind of error is told: its text could quote.
                self._counts.failed(type(error).__name__)
                log.error("a turn was answered without the engine: %s", type(error).__name__)
                messages, topic, state = *_without_engine(level, locale), waiting.state
        pinned = level != "none" or waiting.pinned != "none"
        if level == "none" and (pinned and not _names_the_numbers_last(messages)):
            messages = (*messages, brief_floor(locale))
        messages = self._floor_first(level, messages, locale)
        if level != "none" and for_another:
            messages = (floor(locale, for_another=True), beside_another(locale), *messages[1:])
        turn = Turn(waiting.message_id, waiting.seq, topic, level, pinned, messages, locale)
        await self._stored(self._store.finish, waiting, turn.to_dict(), state, locale, standing)
        self._counts.answered()

    async def _ask(self, waiting: Waiting, said: Mapping[str, Any], lane: _Lane, urgent: bool) -> EngineReply:
        request = EngineRequest(
            waiting.locale, waiting.state, said.get("text"), said.get("choice"), waiting.level == "crisis"
        )
        seconds = self._limits.crisis if urgent else self._limits.turn
        asking = asyncio.create_task(self._asked(request, seconds, urgent))
        if urgent:
            lane.hurry.clear()
            return await asking
        hurried = asyncio.create_task(lane.hurry.wait())
        try:
            await asyncio.wait({asking, hurried}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                # A crisis waits behind this turn: it gets a moment more, no longer.
                await asyncio.wait({asking}, timeout=self._limits.crisis)
            if not asking.done():
                raise EngineTimeoutError("a crisis message came after this one, and the engine was slow")
            return asking.result()
        finally:
            hurried.cancel()
            if not asking.done():
                asking.cancel()

    async def _asked(self, request: EngineRequest, seconds: float, urgent: bool) -> EngineReply:
        try:
            return await self._engine.answer(request, seconds, urgent)
        except (EngineTimeoutError, EngineUnavailableError):
            raise
        except EngineError:
            if not request.state:
                raise
            # Perhaps what is remembered cannot be used: better to forget the place than to fail at every turn.
            return await self._engine.answer(replace(request, state={}), seconds, urgent)

    def _compose(self, level: Level, reply: EngineReply, locale: Locale) -> tuple[tuple[Message, ...], Any]:
        messages = messages_from_dicts(reply.messages)
        if level == "crisis":
            return messages, "crisis"
        if level == "checkin":
            asked = reply.topic not in _NOT_A_REQUEST
            answer = tuple(m for m in messages if not is_floor(m) and not isinstance(m, Choices)) if asked else ()
            return (floor(locale), checkin_question(locale), *answer), "checkin"
        return messages, reply.topic

    def _floor_first(self, level: Level, messages: tuple[Message, ...], locale: Locale) -> tuple[Message, ...]:
        """The last check at the outbox: no crisis turn goes out without the floor in front."""
        if level == "none" or (messages and is_floor(messages[0])):
            return messages
        self._counts.floor_added()
        return floor_first(messages, locale)

    async def _stored(self, call: Callable[..., T], *args: Any) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.store):
                return await loop.run_in_executor(self._pool, call, *args)
        except (SQLAlchemyError, OSError) as error:
            # SQLAlchemy quotes a statement's parameters in its errors: only the kind is told.
            log.error("the database failed: %s", type(error).__name__)
            self._counts.store_failed()
            raise StoreUnavailableError("the database cannot be reached") from None

    @contextlib.contextmanager
    def _listen(self, conversation_id: str) -> Any:
        changed = asyncio.Event()
        listeners = self._listeners.setdefault(conversation_id, set())
        listeners.add(changed)
        try:
            yield changed
        finally:
            listeners.discard(changed)
            if not listeners:
                self._listeners.pop(conversation_id, None)

    def _tell(self, conversation_id: str) -> None:
        for changed in self._listeners.get(conversation_id, ()):
            changed.set()

    async def _sweep(self) -> None:
        while True:
            await self._kept_up(self._expire())
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _expire(self) -> None:
        # A few at a time: neither the database nor a message is kept waiting by very many.
        while gone := await self._stored(self._store.expire, self._idle):
            for conversation_id in gone:
                self._let_go(conversation_id)
                self._tell(conversation_id)
                self._spread("gone", conversation_id)

    @staticmethod
    async def _kept_up(work: Awaitable[None]) -> None:
        """Work that is done again and again: whatever is wrong with it once, it is tried the next time."""
        try:
            await work
        except StoreUnavailableError:
            pass
        except Exception as error:
            log.error("a keeper failed: %s", type(error).__name__)


async def _changed_within(changed: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()


async def while_others_come(reading: Callable[..., T], *args: Any) -> T:
    """Read a message in a thread: a long one takes a while, and others come in meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(_READERS, reading, *args)


def _without_engine(level: Level, locale: Locale) -> tuple[tuple[Message, ...], Any]:
    if level == "crisis":
        return (floor(locale), after_the_floor(locale)), "crisis"
    if level == "checkin":
        return (floor(locale), checkin_question(locale)), "checkin"
    return (trouble(locale), brief_floor(locale)), "unknown"


def _names_the_numbers_last(messages: Sequence[Message]) -> bool:
    return bool(messages) and isinstance(messages[-1], Text) and messages[-1] in (brief_floor("en"), brief_floor("fr"))


def _as_locale(value: str) -> Locale:
    return "fr" if value == "fr" else "en"


def _as_level(value: str) -> Level:
    return "crisis" if value == "crisis" else "checkin" if value == "checkin" else "none"
