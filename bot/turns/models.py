"""The tables of conversations and their turns. None holds a word a person typed in the clear."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, DateTime, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Declarative base of this room."""


class Conversation(Base):
    """Where a conversation stands: enough to answer the next message, and nothing that was said."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    locale: Mapped[str] = mapped_column(String(2))
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the engine needs for the next turn."""
    pinned: Mapped[str] = mapped_column(String(10))
    """Why the floor stays in view: none, checkin or crisis."""
    checkin_open: Mapped[bool] = mapped_column(Boolean)
    """Whether "are you safe?" still waits for an answer."""
    last_seq: Mapped[int] = mapped_column(Integer)
    active_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class TurnRow(Base):
    """A message and, once it is answered, its turn."""

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id"),)

    conversation_id: Mapped[str] = mapped_column(
        String(80), ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(80))
    fingerprint: Mapped[str] = mapped_column(String(80))
    """Tells the same body from another, by a key that only the sender's token holds."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The message, encrypted; None once answered."""
    level: Mapped[str] = mapped_column(String(10))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The turn as JSON; None until answered."""


class WrongNumberReport(Base):
    """Somebody said that a number is wrong: which, and on what day. Not who, and not a word of theirs."""

    __tablename__ = "wrong_number_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    contact: Mapped[str | None] = mapped_column(String(200))
    reported_on: Mapped[date] = mapped_column(Date)
