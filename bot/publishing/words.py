"""Every word people can be shown, gathered for the checks: safe messaging, and the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.directory import read_content
from bot.messages import (
    FLOOR_SLUGS,
    Choices,
    Locale,
    Message,
    Resources,
    Text,
    after_the_floor,
    beside_another,
    brief_floor,
    checkin_question,
    floor,
    not_taken,
    too_fast,
    too_long,
    trouble,
)

LOCALES: tuple[Locale, ...] = ("en", "fr")

#: Numbers as people read them, for comparing two languages: short codes with dashes, phone numbers, and 24.
_NUMBER = re.compile(r"\d(?:[\d-]*\d)?")

#: What a language may say in its own way: the time of day, and "around the clock".
_CLOCK = re.compile(
    r"\d{1,2}[\s\u202f\u00a0]*(?:h\b[\s\u202f\u00a0]*\d{0,2}|:\d{2}(?:\s*[ap]\.?m\b)?|[ap]\.?m\b)", re.IGNORECASE
)
_AROUND_THE_CLOCK = re.compile(r"(?<![\d-])(?:24(?:-hour)?|7)(?![\d-])")


def shown_texts(data: Path) -> Iterator[tuple[str, Locale, str]]:
    """Every text a person can be shown: where it stands, its language, and itself.

    Raises:
        ContentError: the resources have faults.
    """
    for name, texts in _wall().items():
        for locale in LOCALES:
            yield f"bot/messages: {name}", locale, texts[locale]
    for where, entry in _pairs(data):
        for locale in LOCALES:
            if entry.get(locale):
                yield where, locale, entry[locale]


def parity_faults(data: Path) -> Iterator[str]:
    """What one language has and the other lacks: a text, a choice, a number; or numbers that differ.

    Raises:
        ContentError: the resources have faults.
    """
    for name, texts in _wall().items():
        yield from _numbers_differ(f"bot/messages: {name}", texts)
    for where, entry in _pairs(data):
        missing = [locale for locale in LOCALES if not entry.get(locale)]
        if missing:
            yield f"{where}: there is no {' or '.join(missing)} text"
        else:
            yield from _numbers_differ(where, entry)
    for locale in LOCALES:
        slugs = tuple(card.slug for card in floor(locale).resources)
        if slugs[: len(FLOOR_SLUGS)] != FLOOR_SLUGS:
            yield f"bot/messages: the floor's services are out of order in {locale}"
    for name, question in (("check-in", checkin_question), ("after the floor", after_the_floor)):
        if [c.value for c in question("en").choices] != [c.value for c in question("fr").choices]:
            yield f"bot/messages: the choices of the {name} differ between the languages"


def _wall() -> Mapping[str, Mapping[Locale, str]]:
    said: dict[str, dict[Locale, Message]] = {
        "floor": {locale: floor(locale) for locale in LOCALES},
        "floor for another": {locale: floor(locale, for_another=True) for locale in LOCALES},
        "brief floor": {locale: brief_floor(locale) for locale in LOCALES},
        "check-in": {locale: checkin_question(locale) for locale in LOCALES},
        "after the floor": {locale: after_the_floor(locale) for locale in LOCALES},
        "beside another": {locale: beside_another(locale) for locale in LOCALES},
        "trouble": {locale: trouble(locale) for locale in LOCALES},
        "not taken": {locale: not_taken(locale) for locale in LOCALES},
        "too long": {locale: too_long(locale) for locale in LOCALES},
        "too fast": {locale: too_fast(locale) for locale in LOCALES},
    }
    return {name: {locale: _words(message) for locale, message in by.items()} for name, by in said.items()}


def _words(message: Message) -> str:
    if isinstance(message, Text):
        return message.text
    pieces = [message.text or ""]
    if isinstance(message, Choices):
        pieces += [choice.label for choice in message.choices]
    if isinstance(message, Resources):
        for card in message.resources:
            pieces += [card.name, card.about, card.serves, card.hours.text]
            pieces += [f"{contact.label} {contact.note or ''}" for contact in card.contacts]
    return " ".join(pieces)


def _pairs(data: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every text in two languages: where it stands, and both."""
    for path in sorted((data / "texts").glob("*.yml")):
        for key, entry in _read(path).items():
            yield f"{path.name}: {key}", entry
    for value, entry in _read(data / "choices.yml").items():
        yield f"choices.yml: {value}", entry["label"]
    regions = _read(data / "vocabulary" / "regions.yml")
    for entry in regions["ambiguous"]:
        yield f"regions.yml: {entry['text']}", entry["ask"]
    for region in regions["regions"]:
        yield f"regions.yml: {region['code']}", region["name"]
    for category, entries in read_content(data / "resources").entries.items():
        for resource in entries:
            if resource.state != "published":
                continue
            texts = {"about": resource.about, "serves": resource.serves, "hours": resource.hours.text}
            for number, contact in enumerate(resource.contacts, 1):
                texts[f"contact {number}: label"] = contact.label
                texts[f"contact {number}: note"] = contact.note
            for number, language in enumerate(resource.languages, 1):
                texts[f"language {number}: note"] = language.note
            for field, words in texts.items():
                if words is not None and (words.en or words.fr):
                    yield f"{category}.yml: {resource.slug}: {field}", words.model_dump()


def _numbers_differ(where: str, entry: Mapping[Any, str]) -> Iterator[str]:
    found = {
        locale: sorted(_NUMBER.findall(_AROUND_THE_CLOCK.sub(" ", _CLOCK.sub(" ", entry[locale]))))
        for locale in LOCALES
    }
    if found["en"] != found["fr"]:
        yield f"{where}: the numbers differ: {found['en']} in English, {found['fr']} in French"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
