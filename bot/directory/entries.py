"""The shape of an entry in `data/resources/*.yml`. What the values mean together is checked in `checks.py`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from bot.directory.hours import HoursKind
from bot.directory.models import SourceQuality, State

CATEGORIES = (
    "crisis",
    "community",
    "mentorship",
    "university",
    "cultural_safety",
    "allyship",
    "reconciliation",
    "physician_support",
    "provincial_php",
    "directory",
)
"""The content files, in the order their entries are shown."""

Branch = Literal["crisis", "community", "university", "allyship", "reconciliation", "physician_support"]
Region = Literal["BC", "AB", "SK", "MB", "ON", "QC", "NB", "NS", "PE", "NL", "YT", "NT", "NU", "CA"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
KindOfService = Literal[
    "crisis_line",
    "emergency",
    "support_line",
    "navigation_line",
    "counselling_intake",
    "peer_support",
    "mentorship",
    "indigenous_learner_support",
    "physician_health_program",
    "regulator_health_program",
    "medico_legal_advice",
    "association",
    "training",
    "guide",
    "information",
    "directory",
    "generic_support",
]
Filled = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]


class Shape(BaseModel):
    """Every field has exactly the type written here, and there are no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Words(Shape):
    """A text in both languages."""

    en: Filled | None = None
    fr: Filled | None = None


class Name(Shape):
    """A name; the French one only where it is official."""

    en: Filled
    fr: Filled | None = None


class SpokenLanguage(Shape):
    """A language of service: a code for English and French, a name for any other."""

    code: Literal["en", "fr"] | None = None
    name: Filled | None = None
    note: Words = Words()


class PhoneEntry(Shape):
    """A number to call."""

    kind: Literal["phone"]
    printed: Filled
    e164: Filled | None = None
    digits: Filled | None = None
    dial: Filled
    ext: Filled | None = None
    label: Words = Words()
    note: Words = Words()
    languages: list[Filled] = []
    show: bool
    source_quality: SourceQuality
    sources: list[Filled]


class SmsEntry(Shape):
    """A number to text."""

    kind: Literal["sms"]
    number: Filled
    keyword: Filled | None = None
    label: Words = Words()
    note: Words = Words()
    languages: list[Filled] = []
    show: bool
    source_quality: SourceQuality
    sources: list[Filled]


class PageEntry(Shape):
    """A page to read, or to chat on."""

    kind: Literal["web", "chat"]
    url: Filled
    label: Words = Words()
    note: Words = Words()
    languages: list[Filled] = []
    show: bool = True
    source_quality: SourceQuality | None = None
    sources: list[Filled] = []


class EmailEntry(Shape):
    """An address to write to."""

    kind: Literal["email"]
    address: Filled
    label: Words = Words()
    note: Words = Words()
    languages: list[Filled] = []
    show: bool = True
    source_quality: SourceQuality | None = None
    sources: list[Filled] = []


ContactEntry = PhoneEntry | SmsEntry | PageEntry | EmailEntry
_ContactByKind = Annotated[ContactEntry, Field(discriminator="kind")]
contact_adapter: TypeAdapter[ContactEntry] = TypeAdapter(_ContactByKind)


class BlockEntry(Shape):
    """One stretch of weekly opening hours; `from` and `to` are a season, as MM-DD."""

    days: list[Day] | None
    open: Filled
    close: Filled
    season_from: Filled | None = Field(default=None, alias="from")
    season_to: Filled | None = Field(default=None, alias="to")


class HoursEntry(Shape):
    """Opening hours: as people read them, and for weekly ones as they are computed."""

    kind: HoursKind
    text: Words = Words()
    zone: Filled | None = None
    blocks: list[BlockEntry] = []


class ResourceEntry(Shape):
    """One entry of a content file."""

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    name: Name
    org: Filled | None = None
    branches: list[Branch]
    kind_of_service: KindOfService
    state: State
    why_not_shown: Filled | None = None
    urgent_ok: bool
    about: Words
    serves: Words
    contacts: list[_ContactByKind]
    hours: HoursEntry
    languages: list[SpokenLanguage] = []
    audience: list[Filled]
    regions: list[Region]
    sources: list[Filled]
    source_read_on: date
    in_seed: bool
    seed_refs: list[Filled] = []
    note: Filled | None = None


class BlockedEntry(Shape):
    """A number that must never be shown, as printed, and why."""

    number: Filled
    e164: Filled | None = None
    why: Words


class BlockedFile(Shape):
    """The content of `blocked.yml`."""

    numbers: list[BlockedEntry]
