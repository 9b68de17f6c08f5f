"""What the guide says, independent of any channel: texts, resources, choices, and the turn that carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["crisis", "checkin", "none"]
Topic = Literal[
    "crisis",
    "checkin",
    "talk",
    "connect",
    "university",
    "allyship",
    "reconciliation",
    "physician",
    "region",
    "menu",
    "smalltalk",
    "unknown",
]
Locale = Literal["en", "fr"]


@dataclass(frozen=True)
class Text:
    """A plain paragraph. Never HTML; channels escape it."""

    text: str

    def to_dict(self) -> dict[str, Any]:
        """The message as it travels in JSON."""
        return {"type": "text", "text": self.text}


@dataclass(frozen=True)
class Contact:
    """One way to reach a resource.

    `kind` is phone, sms, chat, web or email; `label` shows the digits; `href` is what a link dials or opens; `note` is
    a step to take afterwards, such as an extension.
    """

    kind: str
    label: str
    href: str
    note: str | None = None
    languages: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The contact as it travels in JSON."""
        return {
            "kind": self.kind,
            "label": self.label,
            "href": self.href,
            "note": self.note,
            "languages": list(self.languages),
        }


@dataclass(frozen=True)
class Hours:
    """When a resource answers.

    `open_now` is None when nobody knows; `opens_at` is an ISO 8601 time with its offset, or None.
    """

    text: str
    open_now: bool | None = None
    opens_at: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The hours as they travel in JSON."""
        return {"text": self.text, "open_now": self.open_now, "opens_at": self.opens_at}


@dataclass(frozen=True)
class ResourceCard:
    """A resource as a person sees it. `source_read_on` is the ISO date on which its source was read."""

    slug: str
    name: str
    about: str
    serves: str
    kind_of_service: str
    contacts: tuple[Contact, ...]
    hours: Hours
    source_read_on: str

    def to_dict(self) -> dict[str, Any]:
        """The card as it travels in JSON."""
        return {
            "slug": self.slug,
            "name": self.name,
            "about": self.about,
            "serves": self.serves,
            "kind_of_service": self.kind_of_service,
            "contacts": [contact.to_dict() for contact in self.contacts],
            "hours": self.hours.to_dict(),
            "source_read_on": self.source_read_on,
        }


@dataclass(frozen=True)
class Resources:
    """One or more resource cards, with an optional lead sentence."""

    resources: tuple[ResourceCard, ...]
    text: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The message as it travels in JSON."""
        return {
            "type": "resources",
            **({"text": self.text} if self.text else {}),
            "resources": [card.to_dict() for card in self.resources],
        }


@dataclass(frozen=True)
class Choice:
    """Something to press. `value` is a stable name on the server's allow-list."""

    label: str
    value: str

    def to_dict(self) -> dict[str, Any]:
        """The choice as it travels in JSON."""
        return {"label": self.label, "value": self.value}


@dataclass(frozen=True)
class Choices:
    """Choices a person may press, or pass by and type."""

    choices: tuple[Choice, ...]
    text: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The message as it travels in JSON."""
        return {
            "type": "choices",
            **({"text": self.text} if self.text else {}),
            "choices": [choice.to_dict() for choice in self.choices],
        }


Message = Text | Resources | Choices


@dataclass(frozen=True)
class Turn:
    """The whole answer to one message.

    `level` is what the screen said of this message; `pinned` tells that the floor stays in view from here on;
    `locale` is the language of the messages.
    """

    id: str
    seq: int
    topic: Topic
    level: Level
    pinned: bool
    messages: tuple[Message, ...] = field(default_factory=tuple)
    locale: Locale = "en"

    def to_dict(self) -> dict[str, Any]:
        """The turn as it travels in JSON."""
        return {
            "id": self.id,
            "seq": self.seq,
            "topic": self.topic,
            "level": self.level,
            "pinned": self.pinned,
            "locale": self.locale,
            "messages": [message.to_dict() for message in self.messages],
        }


def message_from_dict(data: Mapping[str, Any]) -> Message:
    """Read a message back from its JSON form.

    Raises:
        ValueError: the type is not one of text, resources, choices.
        KeyError: a field is missing.
    """
    kind = data.get("type")
    if kind == "text":
        return Text(data["text"])
    if kind == "resources":
        return Resources(tuple(_card_from_dict(card) for card in data["resources"]), data.get("text"))
    if kind == "choices":
        return Choices(tuple(Choice(**choice) for choice in data["choices"]), data.get("text"))
    raise ValueError(f"a message is of type text, resources or choices, not {kind!r}")


def messages_from_dicts(items: Sequence[Mapping[str, Any]]) -> tuple[Message, ...]:
    """Read a list of messages back from JSON. Raises as `message_from_dict`."""
    return tuple(message_from_dict(item) for item in items)


def _card_from_dict(data: Mapping[str, Any]) -> ResourceCard:
    contacts = tuple(
        Contact(**{**contact, "languages": tuple(contact.get("languages", ()))}) for contact in data["contacts"]
    )
    return ResourceCard(**{**data, "contacts": contacts, "hours": Hours(**data["hours"])})
