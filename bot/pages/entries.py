"""The directory as a page shows it: every listing in words, in one language, grouped by what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.directory import CATEGORIES, Contact, Listing, extension_text, href, label_text, number_text
from bot.messages import Locale
from bot.pages.numbers import spoken
from bot.pages.words import kind_of_service, words

NATIONAL = "CA"


@dataclass(frozen=True)
class ContactLine:
    """One way to reach a resource.

    `label` says whose or which it is; `text` is the link, digits included; `spoken` is how it is read out, where that
    differs; `steps` are what to do after it.
    """

    kind: str
    label: str
    text: str
    href: str
    spoken: str | None
    steps: tuple[str, ...]
    languages: str


@dataclass(frozen=True)
class Entry:
    """One resource in words. `name_language` is set when the name is not in the page's language."""

    slug: str
    name: str
    name_language: str | None
    about: str
    serves: str
    kind: str
    contacts: tuple[ContactLine, ...]
    hours: str
    open_now: bool | None
    opens: str
    languages: tuple[str, ...]
    regions: str
    source_read: str


@dataclass(frozen=True)
class Group:
    """The entries of one category under its heading."""

    category: str
    heading: str
    lead: str
    entries: tuple[Entry, ...]


def groups(listings: Iterable[Listing], locale: Locale) -> tuple[Group, ...]:
    """The listings by category, in the order of the content files; no empty groups."""
    by_category: dict[str, list[Entry]] = {category: [] for category in CATEGORIES}
    for listing in listings:
        by_category.setdefault(listing.resource.category, []).append(entry(listing, locale))
    categories = words(locale)["categories"]
    found: list[Group] = []
    for category, entries in by_category.items():
        heading, lead = categories.get(category, (category, ""))
        if entries:
            found.append(Group(category, heading, lead, tuple(entries)))
    return tuple(found)


def entry(listing: Listing, locale: Locale) -> Entry:
    """One listing in words."""
    resource, status, say = listing.resource, listing.status, words(locale)
    opens = ""
    if status.opens_at is not None:
        opens = moment_text(status.opens_at, resource.hours_zone or "", locale)
    read_on = resource.source_read_on
    return Entry(
        slug=resource.slug,
        name=resource.name(locale),
        name_language="en" if locale == "fr" and not resource.name_fr else None,
        about=resource.about(locale),
        serves=resource.serves(locale),
        kind=kind_of_service(resource.kind_of_service, locale),
        contacts=tuple(_contact(contact, locale) for contact in listing.contacts),
        hours=resource.hours_text(locale) or say["hours_not_listed"],
        open_now=status.open_now,
        opens=opens,
        languages=_languages(resource.languages, locale),
        regions=_listed(say["regions"].get(code, code) for code in resource.regions),
        source_read=date_text(read_on, locale) if read_on else "",
    )


def date_text(day: date, locale: Locale) -> str:
    """A date such as 21 Nov 2026."""
    return f"{day.day} {words(locale)['months'][day.month - 1]} {day.year}"


def moment_text(moment: datetime, zone: str, locale: Locale) -> str:
    """An aware moment in a zone's own clock: "Monday 23 Nov, noon (Mountain Time)"."""
    say = words(locale)
    local = moment.astimezone(ZoneInfo(zone)) if zone else moment
    day = f"{say['days'][local.weekday()]} {local.day} {say['months'][local.month - 1]}"
    name = say["zones"].get(zone) or local.tzname() or ""
    text = f"{day}, {_clock(local.time(), locale)}"
    return f"{text} ({name})" if name else text


def _clock(at: time, locale: Locale) -> str:
    say = words(locale)
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return str(say["noon"] if at.hour else say["midnight"])
    if locale == "fr":
        return f"{at.hour} h {at.minute:02}" if at.minute else f"{at.hour} h"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'am' if at.hour < 12 else 'pm'}"


def _contact(contact: Contact, locale: Locale) -> ContactLine:
    say = words(locale)
    label, text = contact.label(locale), label_text(contact, locale)
    steps = [contact.note(locale)]
    if contact.kind == "phone":
        text = say["call"].format(number_text(contact))
        steps.insert(0, extension_text(contact, locale) or "")
    elif contact.kind in ("web", "chat"):
        # The label is the link's own text here.
        label = ""
    elif label:
        text = text.removeprefix(label).lstrip(" :")
    said = spoken(text) if contact.kind in ("phone", "sms") else text
    return ContactLine(
        kind=contact.kind,
        label=label,
        text=text,
        href=href(contact),
        spoken=said if said != text else None,
        steps=tuple(step for step in steps if step),
        languages=_listed(say["languages"].get(code, code) for code in contact.languages),
    )


def _languages(languages: Sequence[dict[str, Any]], locale: Locale) -> tuple[str, ...]:
    """Languages of service, those with the same note together: "English, French", "Cree, Ojibway (on request)"."""
    names = words(locale)["languages"]
    by_note: dict[str, list[str]] = {}
    for language in languages:
        spoken_name = language.get("code") or language.get("name") or ""
        note = (language.get("note") or {}).get(locale) or ""
        by_note.setdefault(note, []).append(names.get(spoken_name, spoken_name))
    return tuple(_listed(group) + (f" ({note})" if note else "") for note, group in by_note.items())


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)
