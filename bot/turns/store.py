"""Inbox and outbox in the database: a message is taken once, answered once, and its words are gone with the answer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Engine, case, cast, delete, func, select, update
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Session

from bot.turns.models import Conversation, TurnRow, WrongNumberReport
from bot.turns.processes import CHANNEL
from bot.turns.wall import Decision, Standing

#: How many conversations are removed in one transaction.
EXPIRED_AT_ONCE = 200


class UnknownConversationError(LookupError):
    """There is no such conversation: it never was, it expired, or it was deleted."""


class ConflictingMessageError(ValueError):
    """The id of a message was used before, for another message."""


@dataclass(frozen=True)
class Receipt:
    """Proof that a message is stored: its place in the conversation, and its level. `repeated` if it was before."""

    seq: int
    level: str
    repeated: bool
    locale: str


@dataclass(frozen=True)
class Waiting:
    """A stored message that is not answered yet, with all that answering it needs."""

    conversation_id: str
    seq: int
    message_id: str
    sealed: bytes
    level: str
    locale: str
    state: Mapping[str, Any]
    pinned: str


class TurnStore:
    """All reads and writes of conversations. Every method is one transaction and may raise SQLAlchemy's errors."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.origin = secrets.token_hex(4)
        """Marks the news that this process sends to others."""

    def begin(self, conversation_id: str, channel: str, locale: str) -> None:
        """Create a conversation."""
        with Session(self.engine) as session, session.begin():
            session.add(
                Conversation(
                    id=conversation_id,
                    channel=channel,
                    locale=locale,
                    state={},
                    pinned="none",
                    checkin_open=False,
                    last_seq=0,
                    active_at=_now(),
                )
            )

    def exists(self, conversation_id: str) -> bool:
        """Whether a conversation is there."""
        with Session(self.engine) as session:
            return session.get(Conversation, conversation_id) is not None

    def standing(self, conversation_id: str) -> Standing | None:
        """How a conversation stands; None where there is none, or none any more."""
        with Session(self.engine) as session:
            found = session.get(Conversation, conversation_id)
            return Standing(found.pinned, found.checkin_open) if found else None

    def accept(
        self,
        conversation_id: str,
        message_id: str,
        fingerprint: str,
        decide: Callable[[Standing], tuple[Decision, bytes]],
    ) -> Receipt:
        """Take a message in, once.

        `decide` is told how the conversation stands and gives the decision and the sealed message.

        Raises:
            UnknownConversationError: no such conversation.
            ConflictingMessageError: the id was used for another message.
        """
        with Session(self.engine) as session, session.begin():
            # Written first, so that two messages at once are taken one after the other.
            taken = session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(last_seq=Conversation.last_seq + 1)
                .returning(Conversation.last_seq, Conversation.pinned, Conversation.checkin_open, Conversation.locale)
            ).one_or_none()
            if taken is None:
                raise UnknownConversationError("no such conversation: begin a new one")
            earlier = session.execute(
                select(TurnRow.seq, TurnRow.fingerprint, TurnRow.level).where(
                    TurnRow.conversation_id == conversation_id, TurnRow.message_id == message_id
                )
            ).one_or_none()
            if earlier is not None:
                session.rollback()
                if earlier.fingerprint != fingerprint:
                    raise ConflictingMessageError("this id was used for another message: send a new id")
                return Receipt(earlier.seq, earlier.level, True, taken.locale)
            decision, sealed = decide(Standing(taken.pinned, taken.checkin_open))
            session.add(
                TurnRow(
                    conversation_id=conversation_id,
                    seq=taken.last_seq,
                    message_id=message_id,
                    fingerprint=fingerprint,
                    sealed=sealed,
                    level=decision.level,
                )
            )
            session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(
                    pinned=decision.standing.pinned,
                    checkin_open=decision.standing.checkin_open,
                    active_at=_now(),
                )
            )
            return Receipt(taken.last_seq, decision.level, False, taken.locale)

    def next_waiting(self, conversation_id: str) -> Waiting | None:
        """The earliest message of a conversation that is not answered."""
        with Session(self.engine) as session:
            # The state as it is written: one that cannot be read must not keep the message from being answered.
            row = session.execute(
                select(
                    TurnRow, Conversation.locale, Conversation.pinned, cast(Conversation.state, SqlText).label("state")
                )
                .join(Conversation, Conversation.id == TurnRow.conversation_id)
                .where(TurnRow.conversation_id == conversation_id, TurnRow.answer.is_(None))
                .order_by(TurnRow.seq)
                .limit(1)
            ).one_or_none()
            if row is None:
                return None
            turn = row.TurnRow
            return Waiting(
                conversation_id=conversation_id,
                seq=turn.seq,
                message_id=turn.message_id,
                sealed=turn.sealed or b"",
                level=turn.level,
                locale=row.locale,
                state=_readable(row.state),
                pinned=row.pinned,
            )

    def finish(
        self,
        waiting: Waiting,
        answer: Mapping[str, Any],
        state: Mapping[str, Any],
        locale: str,
        standing: Standing | None = None,
    ) -> None:
        """Store the turn and the new state, and wipe the message, all at once.

        `standing` is given only where the answer itself raised the alarm. Where the message was answered meanwhile, or
        is gone, nothing is stored.
        """
        raised: dict[str, Any] = {}
        if standing:
            # A crisis that came in meanwhile stays one.
            crisis = Conversation.pinned == "crisis"
            raised = {
                "pinned": case((crisis, Conversation.pinned), else_=standing.pinned),
                "checkin_open": case((crisis, Conversation.checkin_open), else_=standing.checkin_open),
            }
        with Session(self.engine) as session, session.begin():
            # First of all, as whoever deletes it does: two that take the same rows in other orders stop each other.
            session.execute(select(Conversation.id).where(Conversation.id == waiting.conversation_id).with_for_update())
            stored = session.execute(
                update(TurnRow)
                .where(
                    TurnRow.conversation_id == waiting.conversation_id,
                    TurnRow.seq == waiting.seq,
                    TurnRow.answer.is_(None),
                )
                .values(answer=dict(answer), level=answer["level"], sealed=None)
                .returning(TurnRow.seq)
            )
            if stored.one_or_none() is None:
                return
            session.execute(
                update(Conversation)
                .where(Conversation.id == waiting.conversation_id)
                .values(state=dict(state), locale=locale, active_at=_now(), **raised)
            )

    def turn(self, conversation_id: str, seq: int) -> Mapping[str, Any] | None:
        """One turn as JSON, or None when it is not answered yet.

        Raises:
            UnknownConversationError: there is no such message, or not any more.
        """
        with Session(self.engine) as session:
            found = session.execute(
                select(TurnRow.answer).where(TurnRow.conversation_id == conversation_id, TurnRow.seq == seq)
            ).one_or_none()
            if found is None:
                raise UnknownConversationError("no such conversation: begin a new one")
            answer: Mapping[str, Any] | None = found.answer
            return answer

    def turns_after(self, conversation_id: str, seq: int) -> list[Mapping[str, Any]]:
        """The turns after a place in the conversation, in order, up to the first that is not answered.

        Raises:
            UnknownConversationError: no such conversation.
        """
        with Session(self.engine) as session:
            if session.get(Conversation, conversation_id) is None:
                raise UnknownConversationError("no such conversation: begin a new one")
            answers = session.scalars(
                select(TurnRow.answer)
                .where(TurnRow.conversation_id == conversation_id, TurnRow.seq > seq)
                .order_by(TurnRow.seq)
            )
            turns: list[Mapping[str, Any]] = []
            for answer in answers:
                if answer is None:
                    break
                turns.append(answer)
            return turns

    def delete(self, conversation_id: str) -> bool:
        """Remove a conversation and everything about it; tells whether it was there."""
        with Session(self.engine) as session, session.begin():
            # Its turns go with it, by the foreign key.
            gone = session.execute(
                delete(Conversation).where(Conversation.id == conversation_id).returning(Conversation.id)
            )
            return gone.one_or_none() is not None

    def expire(self, idle: timedelta) -> list[str]:
        """Remove conversations that have been idle for so long, up to EXPIRED_AT_ONCE of them; their ids."""
        old = Conversation.active_at < _now() - idle
        some = select(Conversation.id).where(old).limit(EXPIRED_AT_ONCE)
        with Session(self.engine) as session, session.begin():
            # In one statement that looks again: a conversation that comes to life in this moment stays.
            gone = session.scalars(
                delete(Conversation).where(Conversation.id.in_(some), old).returning(Conversation.id)
            )
            return list(gone)

    def unanswered(self, waited: timedelta) -> list[str]:
        """The conversations in which a message waits and nothing has happened for so long, as after a crash."""
        with Session(self.engine) as session:
            return list(
                session.scalars(
                    select(Conversation.id).where(
                        Conversation.active_at <= _now() - waited,
                        Conversation.id.in_(select(TurnRow.conversation_id).where(TurnRow.answer.is_(None))),
                    )
                )
            )

    def tell(self, kind: str, conversation_id: str) -> None:
        """Let other processes know of what was stored: a kind of news, on PostgreSQL.

        By itself, after what it tells of: a commit that notifies waits for others that do, and fails where nobody
        takes the news away.
        """
        with Session(self.engine) as session, session.begin():
            session.execute(select(func.pg_notify(CHANNEL, f"{kind} {conversation_id} {self.origin}")))

    def report_wrong_number(self, slug: str, contact: str | None) -> None:
        """Note that somebody found a number wrong: which one and the day, nothing more."""
        today: date = _now().date()
        with Session(self.engine) as session, session.begin():
            session.add(WrongNumberReport(slug=slug, contact=contact, reported_on=today))


def _readable(state: str | None) -> dict[str, Any]:
    try:
        read = json.loads(state or "")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _now() -> datetime:
    return datetime.now(timezone.utc)
