"""What every action of the guide shares: where the person is, what it may say, and how that becomes Rasa's events."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from actions.fit import fitting, open_at
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

#: How many resources of the last answer are remembered, for questions about them.
SHOWN_LENGTH = 8

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
    of this message by name, and `audiences` all whom it names; `shown` the slugs of the resources shown last; `topic`
    what the last reply was about; `aside` the intent it answered if it stepped aside from the place; `misses` how many
    messages in a row were not understood.
    `intent` and `ranking` are what was understood of this message: the intent, and the likeliest ones with their
    probabilities.
    """

    locale: Locale
    region: str | None
    school: str | None
    trail: tuple[str, ...]
    said: Mapping[str, str] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    shown: tuple[str, ...] = ()
    topic: str | None = None
    aside: str | None = None
    misses: int = 0
    intent: str | None = None
    ranking: tuple[tuple[str, float], ...] = ()
    audiences: frozenset[str] = frozenset()

    @property
    def when(self) -> str | None:
        """When help is needed, as this message says it: a tag of `data/vocabulary/times.yml`."""
        return self.said.get("time")

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

    def offer(self, lead: str, listings: Sequence[Listing], **values: str) -> list[Message]:
        """Listings as `resources` gives them, those first that fit whom this message names and when it is needed.

        Not for lines in a crisis: their order is given by standing rules.
        """
        messages = self.resources(lead, fitting(listings, self.audiences, self.when, self.now), **values)
        then = self._open_then(listings)
        if not then:
            return messages
        return [replace(message, text=f"{(message.text or '').rstrip(' .:')}. {then}") for message in messages]

    def _open_then(self, listings: Iterable[Listing]) -> str:
        """A sentence on what is open when it is needed, where hours are listed that tell."""
        if self.when is None:
            return ""
        # A school's office keeps office hours, and nobody expects more of it.
        lines = (listing for listing in listings if listing.resource.category != "university")
        states = {open_at(line, self.when, self.now).open_now for line in lines}
        if states <= {None}:
            return ""
        key = "offer_open_first" if True in states else "offer_none_open"
        return self.text(key, when=self.text(f"when_{self.when}").text).text

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
    """What an action says, what it is about, and the visit as it is afterwards.

    `aside`: the reply is no place, so that "back" returns to the one that is open; None is as the action usually is.
    `misses`: how many messages in a row were not understood, this one included.
    """

    topic: str
    messages: list[Message]
    visit: Visit
    aside: bool | None = None
    misses: int = 0


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

    def place(self, visit: Visit) -> str:
        """What the trail remembers of this place: the intent, and after a colon what was asked about by name."""
        return self.intent

    def answer(self, visit: Visit) -> Reply | list[Message]:
        """The messages of this reply; a `Reply` where topic or state differ from the usual."""
        raise NotImplementedError

    def reply(self, visit: Visit) -> Reply:
        """Answer, as the place that the person now is at."""
        unclear = self.asks_where and "ambiguous_place" in visit.said and not {"region", "school"} & set(visit.said)
        answered: Answer = [_which_one(visit)] if unclear else self.answer(visit)
        reply = answered if isinstance(answered, Reply) else Reply(self.topic, answered, visit)
        place = self.place(visit)
        if self.is_place and reply.visit.place != place:
            trail = (*reply.visit.trail, place)[-TRAIL_LENGTH:]
            reply = replace(reply, visit=replace(reply.visit, trail=trail))
        return reply if reply.aside is not None else replace(reply, aside=not self.is_place)

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Rasa's entry: read the visit from the tracker, answer, and keep what changed."""
        visit = _visit(tracker)
        reply = self.reply(visit)
        also = visit.said.get("also")
        # What is a crisis, whatever else it asks, is answered as one.
        if also and visit.intent == self.intent and self.topic != "crisis":
            reply = _and_also(reply, also)
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
            SlotSet("shown", list(shown_in(reply.messages) or visit.shown)),
            SlotSet("misses", reply.misses or None),
            SlotSet("aside", self.intent if reply.aside else None),
        ]


class Page(GuideAction):
    """A place that shows the same resources to everybody, under the text named after its intent, and the ways on."""

    shows: ClassVar[tuple[str, ...]] = ()
    ways_on: ClassVar[tuple[str, ...]] = ()

    def answer(self, visit: Visit) -> Answer:
        """The resources, in their order, and the choices."""
        return [*visit.offer(self.intent, visit.listings(*self.shows)), visit.choices(*self.ways_on)]


def _which_one(visit: Visit) -> Choices:
    entry = ambiguous_places()[visit.said["ambiguous_place"]]
    values = [f"region_{option.lower()}" if option.isupper() else f"school_{option}" for option in entry["options"]]
    return Choices(catalogue().choices([*values, "menu"], visit.locale), entry["ask"][visit.locale])


def shown_in(messages: Iterable[Message]) -> tuple[str, ...]:
    """The slugs of the resources in messages, each once, as many as are remembered."""
    cards = [card.slug for message in messages if isinstance(message, Resources) for card in message.resources]
    return tuple(dict.fromkeys(cards))[:SHOWN_LENGTH]


def answer_again(visit: Visit, place: str) -> Reply:
    """Answer as a place of the trail, as the visit now is."""
    intent, _, named = place.partition(":")
    said = {**visit.said, "organisation": named} if named else visit.said
    return action_for(intent).reply(replace(visit, said=said))


def _and_also(first: Reply, intent: str) -> Reply:
    """A reply followed by the answer to a second request; only the last choices stay, or those that ask where."""
    second = action_for(intent).reply(first.visit)
    messages, rest, visit = list(first.messages), list(second.messages), second.visit
    if messages and isinstance(messages[-1], Choices):
        choices = messages.pop()
        if _asks_where(choices) and rest and isinstance(rest[-1], Choices) and not _asks_where(rest[-1]):
            rest[-1] = choices
            # The place that asked is the one that answers, once the region is said.
            visit = replace(visit, trail=first.visit.trail)
    return Reply(first.topic, [*messages, *rest], visit, aside=False)


def _asks_where(message: Message) -> bool:
    return isinstance(message, Choices) and any(choice.value in REGION_CHOICES for choice in message.choices)


def _visit(tracker: Tracker) -> Visit:
    said: dict[str, str] = {}
    entities = tracker.latest_message.get("entities") or []
    for entity in entities:
        said.setdefault(entity["entity"], entity["value"])
    region = said.get("region") or tracker.get_slot("region")
    school = said.get("school") or tracker.get_slot("school")
    trail = tuple(tracker.get_slot("trail") or ())
    if trail[-1:] == ("university",) and "region" in said and "school" not in said:
        # Another province instead of the school that was shown.
        school = school if schools().get(school or "", {}).get("region") == region else None
    return Visit(
        locale="fr" if tracker.get_slot("locale") == "fr" else "en",
        region=region if region in REGION_CODES else None,
        school=school if school in schools() else None,
        trail=trail,
        said=said,
        shown=tuple(tracker.get_slot("shown") or ()),
        topic=tracker.get_slot("topic"),
        aside=tracker.get_slot("aside"),
        misses=int(tracker.get_slot("misses") or 0),
        intent=(tracker.latest_message.get("intent") or {}).get("name"),
        ranking=tuple(
            (entry["name"], float(entry["confidence"])) for entry in tracker.latest_message.get("intent_ranking") or ()
        ),
        audiences=frozenset(entity["value"] for entity in entities if entity["entity"] == "audience"),
    )


def action_for(intent: str) -> GuideAction:
    """The action that answers an intent. Raises KeyError when there is none."""
    return {action.intent: action for action in _all(GuideAction)}[intent]()


def _all(kind: type[GuideAction]) -> Iterator[type[GuideAction]]:
    for subclass in kind.__subclasses__():
        if subclass.intent:
            yield subclass
        yield from _all(subclass)
