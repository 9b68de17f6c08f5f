"""The directory's tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import JSON, Boolean, Date, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from bot.directory.hours import Block, HoursKind, minutes, month_day

Locale = Literal["en", "fr"]
State = Literal["published", "unpublished", "blocked"]
ContactKind = Literal["phone", "sms", "chat", "web", "email"]
SourceQuality = Literal["official-or-press", "repository-only", "seed-only"]


class Base(DeclarativeBase):
    """The directory's metadata. JSON columns are replaced whole: a change inside a list is not noticed."""


class Resource(Base):
    """An organisation, line, page or kind of support that can be offered to a person."""

    __tablename__ = "resource"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    category: Mapped[str] = mapped_column(String(40), index=True)
    position: Mapped[int] = mapped_column(Integer)
    """Order of display: the order of the content files, and of the entries inside each."""
    name_en: Mapped[str] = mapped_column(Text)
    name_fr: Mapped[str | None] = mapped_column(Text)
    """The organisation's own French name, or None when it has none."""
    org: Mapped[str | None] = mapped_column(Text)
    branches: Mapped[list[str]] = mapped_column(JSON)
    kind_of_service: Mapped[str] = mapped_column(String(40))
    state: Mapped[State] = mapped_column(String(20), index=True)
    why_not_shown: Mapped[str | None] = mapped_column(Text)
    urgent_ok: Mapped[bool] = mapped_column(Boolean)
    """False: never the first nor the only answer in a crisis, but not hidden."""
    about_en: Mapped[str | None] = mapped_column(Text)
    about_fr: Mapped[str | None] = mapped_column(Text)
    serves_en: Mapped[str | None] = mapped_column(Text)
    serves_fr: Mapped[str | None] = mapped_column(Text)
    hours_kind: Mapped[HoursKind] = mapped_column(String(10))
    hours_text_en: Mapped[str | None] = mapped_column(Text)
    hours_text_fr: Mapped[str | None] = mapped_column(Text)
    hours_zone: Mapped[str | None] = mapped_column(String(40))
    languages: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each a dict with `code` or `name`, and perhaps a `note` in `en` and `fr`."""
    audience: Mapped[list[str]] = mapped_column(JSON)
    regions: Mapped[list[str]] = mapped_column(JSON)
    """Codes of provinces and territories; CA is the whole country."""
    in_seed: Mapped[bool] = mapped_column(Boolean)
    seed_refs: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(Text)
    """For staff; never shown."""

    contacts: Mapped[list[Contact]] = relationship(
        back_populates="resource", cascade="all, delete-orphan", order_by="Contact.position"
    )
    opening_blocks: Mapped[list[OpeningBlock]] = relationship(
        back_populates="resource", cascade="all, delete-orphan", order_by="OpeningBlock.position"
    )
    sources: Mapped[list[Source]] = relationship(
        back_populates="resource", cascade="all, delete-orphan", order_by="Source.position"
    )

    @property
    def source_read_on(self) -> date | None:
        """The latest day on which one of the sources was read."""
        return max((source.read_on for source in self.sources), default=None)

    def name(self, locale: Locale) -> str:
        """The name in the person's language; English where no official French name exists."""
        return (self.name_fr if locale == "fr" else None) or self.name_en

    def about(self, locale: Locale) -> str:
        """What the resource is, in our own plain words."""
        return _in_locale(locale, self.about_en, self.about_fr)

    def serves(self, locale: Locale) -> str:
        """Whom the resource serves."""
        return _in_locale(locale, self.serves_en, self.serves_fr)

    def hours_text(self, locale: Locale) -> str:
        """The opening hours as people read them."""
        return _in_locale(locale, self.hours_text_en, self.hours_text_fr)


class Contact(Base):
    """One way to reach a resource. Which columns are filled depends on `kind`."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[ContactKind] = mapped_column(String(10))
    printed: Mapped[str | None] = mapped_column(Text)
    """A phone number as its organisation prints it, letters included."""
    digits: Mapped[str | None] = mapped_column(Text)
    """The same number in digits, when `printed` has letters."""
    e164: Mapped[str | None] = mapped_column(String(20))
    """The international form; None for a short code."""
    dial: Mapped[str | None] = mapped_column(String(20))
    """What a tel: link dials: `e164`, or the short code."""
    ext: Mapped[str | None] = mapped_column(String(10))
    number: Mapped[str | None] = mapped_column(String(20))
    """Where a text message goes."""
    keyword: Mapped[str | None] = mapped_column(String(40))
    url: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    label_en: Mapped[str | None] = mapped_column(Text)
    label_fr: Mapped[str | None] = mapped_column(Text)
    note_en: Mapped[str | None] = mapped_column(Text)
    note_fr: Mapped[str | None] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(JSON)
    show: Mapped[bool] = mapped_column(Boolean)
    source_quality: Mapped[SourceQuality | None] = mapped_column(String(20))
    sources: Mapped[list[str]] = mapped_column(JSON)

    resource: Mapped[Resource] = relationship(back_populates="contacts")

    def label(self, locale: Locale) -> str:
        """What sets this contact apart from the others, such as "Adults"; empty when nothing does."""
        return _in_locale(locale, self.label_en, self.label_fr)

    def note(self, locale: Locale) -> str:
        """A remark for the person, such as which keys to press; empty when there is none."""
        return _in_locale(locale, self.note_en, self.note_fr)


class OpeningBlock(Base):
    """One stretch of weekly opening hours; see `bot.directory.hours.Block`."""

    __tablename__ = "opening_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    days: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Of mon to sun; None when the days are not stated."""
    opens: Mapped[str] = mapped_column(String(5))
    closes: Mapped[str] = mapped_column(String(5))
    season_from: Mapped[str | None] = mapped_column(String(5))
    season_to: Mapped[str | None] = mapped_column(String(5))

    resource: Mapped[Resource] = relationship(back_populates="opening_blocks")

    def as_block(self) -> Block:
        """The row as a value that hours are computed from."""
        return block_of(self.days, self.opens, self.closes, self.season_from, self.season_to)


class Source(Base):
    """Where the facts about a resource come from, and the day that source was read."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    read_on: Mapped[date] = mapped_column(Date)

    resource: Mapped[Resource] = relationship(back_populates="sources")


class BlockedNumber(Base):
    """A number that must never be shown again, such as that of a line that closed."""

    __tablename__ = "blocked_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    """Digits only, without the leading 1."""
    printed: Mapped[str] = mapped_column(Text)
    why_en: Mapped[str] = mapped_column(Text)
    why_fr: Mapped[str | None] = mapped_column(Text)


class AppliedContent(Base):
    """What the rows were last loaded from. There is exactly one row, with id 1."""

    __tablename__ = "applied_content"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str | None] = mapped_column(String(64))
    """Hash of the content files last applied; None before the first load."""
    applied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revision: Mapped[int] = mapped_column(Integer)
    """Grows by one with every load and every edit by staff."""
    edited_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When staff last edited the rows; None while they are what the files said."""


def block_of(days: list[str] | None, opens: str, closes: str, season_from: str | None, season_to: str | None) -> Block:
    """A block of opening hours from its written form. Raises ValueError for a time or date that does not exist."""
    season = (month_day(season_from), month_day(season_to)) if season_from and season_to else None
    return Block(None if days is None else frozenset(days), minutes(opens), minutes(closes), season)


def _in_locale(locale: Locale, english: str | None, french: str | None) -> str:
    return (french if locale == "fr" else None) or english or ""
