"""What every action of the guide shares: where the person is, what it may say, and how that becomes Rasa's events."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Union

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from actions.cards import card
from bot.directory import Listing, connect, database_url, find
from bot.messages import (
    ChoiceCatalogue,
    Choices,
    Locale,
    Message,
    Resources,
    Text,
    Texts,
    load_catalogue,
    load_texts,
)
from bot.messages.vocabulary import ambiguous_key

DATA = Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parents[1] / "data")

#: How many places "back" can retrace.
TRAIL_LENGTH = 12

REGION_CODES = ("BC", "AB", "SK", "MB", "ON", "QC", "NB", "NS", "PE", "NL", "YT", "NT", "NU")
REGION_CHOICES = tuple(f"region_{code.lower()}" for code in REGION_CODES)


@lru_cache(maxsize=1)
def texts() -> Texts:
    """The sentences of `data/texts/`."""
    return load_texts(DATA / "texts")


@lru_cache(maxsize=1)
def catalogue() -> ChoiceCatalogue:
    """The allow-list of choices."""
    return load_catalogue(DATA)


@lru_cache(maxsize=1)
def schools() -> Mapping[str, Mapping[str, Any]]:
    """The faculties of medicine of `data/vocabulary/schools.yml`, by slug."""
    entries = yaml.safe_load((DATA / "vocabulary" / "schools.yml").read_text(encoding="utf-8"))["schools"]
    return {entry["slug"]: entry for entry in entries}


@lru_cache(maxsize=1)
def organisations() -> Mapping[str, Mapping[str, Any]]:
    """The organisations of `data/vocabulary/organisations.yml`, by tag."""
    entries = yaml.safe_load((DATA / "vocabulary" / "organisations.yml").read_text(encoding="utf-8"))["organisations"]
    return {entry["tag"]: entry for entry in entries}


@lru_cache(maxsize=1)
def ambiguous_places() -> Mapping[str, Mapping[str, Any]]:
    """The place words with several meanings, by their stable name."""
    entries = yaml.safe_load((DATA / "vocabulary" / "regions.yml").read_text(encoding="utf-8"))["ambiguous"]
    return {ambiguous_key(entry["text"]): entry for entry in entries}


@lru_cache(maxsize=4)
def _directory(url: str) -> Engine:
    return connect(url)


@dataclass(frozen=True)
class Visit:
    """A person's message as an action sees it, and what is known of where they are.

    `region`, `school` are what was said last, now or before; `place` is the place they come from; `said` the entities
    of this message by name.
    """

    locale: Locale
    region: str | None
    school: str | None
    trail: tuple[str, ...]
    said: Mapping[str, str] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    @property
    def place(self) -> str | None:
        """The place the person comes from."""
        return self.trail[-1] if self.trail else None

    @property
    def region_name(self) -> str:
        """The name of the region in the person's language. Call only when there is one."""
        assert self.region is not None
        return catalogue().choice(f"region_{self.region.lower()}", self.locale).label

    @property
    def school_name(self) -> str:
        """The name of the school in the person's language. Call only when there is one."""
        assert self.school is not None
        return catalogue().choice(f"school_{self.school}", self.locale).label

    def text(self, key: str, **values: str) -> Text:
        """A sentence of `data/texts/` as a message."""
        return Text(texts().say(key, self.locale, **values))

    def choices(self, *values: str, lead: str | None = "next") -> Choices:
        """Choices by value, under a sentence of `data/texts/`."""
        text = texts().say(lead, self.locale) if lead else None
        return Choices(catalogue().choices(values, self.locale), text)

    def resources(
        self,
        lead: str | None,
        listings: Iterable[Listing],
        contact_kinds: Collection[str] | None = None,
        **values: str,
    ) -> list[Message]:
        """Listings as one message of cards under a sentence; no message where there are none."""
        cards = tuple(card(listing, self.locale, contact_kinds) for listing in listings)
        if not cards:
            return []
        return [Resources(cards, texts().say(lead, self.locale, **values) if lead else None)]

    def listings(self, *slugs: str) -> list[Listing]:
        """Published resources by slug, in the order given."""
        with self.directory() as session:
            return find(session, now=self.now, slugs=slugs, keep_order=True)

    def find(self, **conditions: Any) -> list[Listing]:
        """Published resources by condition; see `bot.directory.find`."""
        with self.directory() as session:
            return find(session, now=self.now, **conditions)

    @staticmethod
    @contextmanager
    def directory() -> Iterator[Session]:
        """A session on the directory. Raises SQLAlchemy's errors when the database is gone."""
        with Session(_directory(database_url(os.environ)), expire_on_commit=False) as session:
            yield session


@dataclass(frozen=True)
class Reply:
    """What an action says, what it is about, and the visit as it is afterwards."""

    topic: str
    messages: list[Message]
    visit: Visit


Answer = Union[Reply, "list[Message]"]


class GuideAction(Action):
    """One reply of the guide.

    Subclasses set `intent` (the action is called `action_<intent>`), `topic` (as in the turn), and whether the reply is
    a `place` that "back" returns to; and they say it in `answer`. Where the answer depends on a place (`asks_where`), a
    place word with several meanings is asked about first.
    """

    intent: ClassVar[str] = ""
    topic: ClassVar[str] = "unknown"
    is_place: ClassVar[bool] = True
    asks_where: ClassVar[bool] = False

    def name(self) -> str:
        """The action's name in the domain."""
        return f"action_{self.intent}"

    def answer(self, visit: Visit) -> Reply | list[Message]:
        """The messages of this reply; a `Reply` where topic or state differ from the usual."""
        raise NotImplementedError

    def reply(self, visit: Visit) -> Reply:
        """Answer, as the place that the person now is at."""
        unclear = self.asks_where and "ambiguous_place" in visit.said and not {"region", "school"} & set(visit.said)
        answered: Answer = [_which_one(visit)] if unclear else self.answer(visit)
        reply = answered if isinstance(answered, Reply) else Reply(self.topic, answered, visit)
        if self.is_place and reply.visit.place != self.intent:
            trail = (*reply.visit.trail, self.intent)[-TRAIL_LENGTH:]
            reply = replace(reply, visit=replace(reply.visit, trail=trail))
        return reply

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Rasa's entry: read the visit from the tracker, answer, and keep what changed."""
        reply = self.reply(_visit(tracker))
        for message in reply.messages:
            if isinstance(message, Text):
                dispatcher.utter_message(text=message.text)
            else:
                dispatcher.utter_message(json_message=message.to_dict())
        visit = reply.visit
        return [
            SlotSet("locale", visit.locale),
            SlotSet("region", visit.region),
            SlotSet("school", visit.school),
            SlotSet("trail", list(visit.trail)),
            SlotSet("topic", reply.topic),
        ]


class Page(GuideAction):
    """A place that shows the same resources to everybody, under the text named after its intent, and the ways on."""

    shows: ClassVar[tuple[str, ...]] = ()
    ways_on: ClassVar[tuple[str, ...]] = ()

    def answer(self, visit: Visit) -> Answer:
        """The resources, in their order, and the choices."""
        return [*visit.resources(self.intent, visit.listings(*self.shows)), visit.choices(*self.ways_on)]


def _which_one(visit: Visit) -> Choices:
    entry = ambiguous_places()[visit.said["ambiguous_place"]]
    values = [f"region_{option.lower()}" if option.isupper() else f"school_{option}" for option in entry["options"]]
    return Choices(catalogue().choices([*values, "menu"], visit.locale), entry["ask"][visit.locale])


def _visit(tracker: Tracker) -> Visit:
    said: dict[str, str] = {}
    for entity in tracker.latest_message.get("entities") or []:
        said.setdefault(entity["entity"], entity["value"])
    region = said.get("region") or tracker.get_slot("region")
    school = said.get("school") or tracker.get_slot("school")
    return Visit(
        locale="fr" if tracker.get_slot("locale") == "fr" else "en",
        region=region if region in REGION_CODES else None,
        school=school if school in schools() else None,
        trail=tuple(tracker.get_slot("trail") or ()),
        said=said,
    )


def action_for(intent: str) -> GuideAction:
    """The action that answers an intent. Raises KeyError when there is none."""
    return {action.intent: action for action in _all(GuideAction)}[intent]()


def _all(kind: type[GuideAction]) -> Iterator[type[GuideAction]]:
    for subclass in kind.__subclasses__():
        if subclass.intent:
            yield subclass
        yield from _all(subclass)
