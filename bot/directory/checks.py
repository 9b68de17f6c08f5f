"""What must be true of the content, beyond its shape. Each check gives its reasons in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.directory.entries import (
    BlockedEntry,
    BlockEntry,
    ContactEntry,
    HoursEntry,
    PageEntry,
    PhoneEntry,
    ResourceEntry,
    SmsEntry,
    Words,
)
from bot.directory.hours import DAYS, MINUTES_IN_DAY, Block, minutes
from bot.directory.models import block_of
from bot.directory.telephone import (
    PLACE_BOUND_CODES,
    SHORT_CODES,
    has_letters,
    is_north_american,
    keypad_digits,
    mentions,
    national_digits,
)

FLOOR_SLUGS = ("988-suicide-crisis-helpline", "hope-for-wellness", "emergency-911")
"""The entries a person in crisis is given first. They can be neither removed nor unpublished."""

_WEEK = 7 * MINUTES_IN_DAY
_LEAP_YEAR = [date(2024, 1, 1) + timedelta(days=offset) for offset in range(366)]


def contact_problems(contact: ContactEntry) -> Iterator[str]:
    """What is wrong with a contact by itself."""
    if isinstance(contact, PhoneEntry):
        yield from _phone_problems(contact)
    elif isinstance(contact, SmsEntry):
        yield from _sms_problems(contact)
    elif isinstance(contact, PageEntry):
        if not _is_web_address(contact.url):
            yield f"{contact.url} is not an http or https address"
    elif not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", contact.address):
        yield f"{contact.address} is not an e-mail address"
    for field, words in (("label", contact.label), ("note", contact.note)):
        if (words.en is None) != (words.fr is None):
            yield f"the {field} of a {contact.kind} contact is in one language only"


def hours_problems(hours: HoursEntry) -> Iterator[str]:
    """What is wrong with opening hours by themselves."""
    if hours.kind != "weekly":
        if hours.blocks:
            yield f"hours of kind {hours.kind} have no blocks; only weekly ones do"
        return
    if not hours.blocks:
        yield "weekly hours need at least one block"
    if hours.zone is None:
        yield "weekly hours need a time zone"
    elif not _is_zone(hours.zone):
        yield f"{hours.zone} is not a known time zone"
    blocks: list[Block] = []
    for entry in hours.blocks:
        problem, block = _block(entry)
        if block:
            blocks.append(block)
        else:
            yield problem
    for first, second in combinations(blocks, 2):
        if _overlap(first, second):
            yield f"two blocks of hours overlap: {_clock(first)} and {_clock(second)}"


def entry_problems(entry: ResourceEntry, today: date) -> Iterator[str]:
    """What is wrong with an entry as a whole."""
    shown = [contact for contact in entry.contacts if contact.show]
    if not entry.sources:
        yield "it names no source"
    if entry.source_read_on > today:
        yield f"its source is said to be read on {entry.source_read_on}, which has not come yet"
    if not entry.regions:
        yield "it names no region"
    for language in entry.languages:
        if (language.code is None) == (language.name is None):
            yield "each language needs either a code or a name"
    place_bound = any(isinstance(contact, PhoneEntry) and contact.dial in PLACE_BOUND_CODES for contact in shown)
    if place_bound and (not entry.regions or "CA" in entry.regions):
        yield "811 is another service in every province: show it only in an entry with its own province"
    if entry.state == "blocked" and shown:
        yield "a blocked entry shows a contact"
    if entry.state != "published":
        if entry.why_not_shown is None:
            yield f"it is {entry.state} without why_not_shown"
        return
    if not entry.branches:
        yield "it is published without a branch"
    if entry.org is None and entry.kind_of_service != "generic_support":
        yield "it is published without its organisation (org)"
    if not shown and entry.kind_of_service != "generic_support":
        yield "it is published without a contact that is shown"
    if entry.kind_of_service == "crisis_line" and entry.hours.kind == "unknown":
        yield "a published crisis line must state its hours"
    for field, words in (("about", entry.about), ("serves", entry.serves), ("hours text", entry.hours.text)):
        if field == "hours text" and entry.kind_of_service == "generic_support":
            continue
        for locale, text in (("English", words.en), ("French", words.fr)):
            if text is None:
                yield f"it is published without its {field} in {locale}"


def floor_problems(entries: Iterable[ResourceEntry], slugs_seen: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Floor entries that are missing, unpublished or without their phone number: (slug, reason)."""
    by_slug = {entry.slug: entry for entry in entries}
    seen = set(slugs_seen)
    for slug in FLOOR_SLUGS:
        entry = by_slug.get(slug)
        if entry is None:
            if slug not in seen:
                yield slug, "it is part of the floor and cannot be removed"
        elif entry.state != "published":
            yield slug, "it is part of the floor and cannot be unpublished"
        elif not any(contact.kind == "phone" and contact.show for contact in entry.contacts):
            yield slug, "it is part of the floor and its phone number must be shown"


def blocked_entry_problems(blocked: BlockedEntry) -> Iterator[str]:
    """What is wrong with a number of `blocked.yml`."""
    if blocked.e164 is not None and national_digits(keypad_digits(blocked.e164)) != _blocked_digits(blocked):
        yield f"{blocked.e164} is not the number {blocked.number}"
    if blocked.why.en is None or blocked.why.fr is None:
        yield f"{blocked.number} does not say why in both languages"


def blocked_numbers(listed: Iterable[BlockedEntry], entries: Iterable[ResourceEntry]) -> dict[str, BlockedEntry]:
    """The numbers listed as blocked, and those of blocked entries, by their digits without the leading 1."""
    found = {_blocked_digits(blocked): blocked for blocked in listed}
    for entry in entries:
        if entry.state == "blocked":
            for contact in entry.contacts:
                number = _number(contact)
                if number:
                    why = Words(en=entry.why_not_shown or entry.name.en)
                    found.setdefault(national_digits(keypad_digits(number)), BlockedEntry(number=number, why=why))
    return found


def blocked_number_problems(entry: ResourceEntry, blocked: Mapping[str, BlockedEntry]) -> Iterator[str]:
    """Where an entry shows a blocked number, in a contact or in any words people read."""
    if entry.state == "blocked":
        return
    texts = [entry.name.en, entry.name.fr, entry.org]
    for words in (entry.about, entry.serves, entry.hours.text, *(spoken.note for spoken in entry.languages)):
        texts += _both(words)
    for number, reason in blocked.items():
        if any(text and mentions(text, number) for text in texts):
            yield f"its text has the blocked number {reason.number} ({reason.why.en})"
        if any(contact.show and _contact_mentions(contact, number) for contact in entry.contacts):
            yield f"it shows the blocked number {reason.number} ({reason.why.en})"


def _blocked_digits(blocked: BlockedEntry) -> str:
    return national_digits(keypad_digits(blocked.number))


def _contact_mentions(contact: ContactEntry, number: str) -> bool:
    own = _number(contact)
    if own and national_digits(keypad_digits(own)) == number:
        return True
    texts = [*_both(contact.label), *_both(contact.note)]
    if isinstance(contact, PhoneEntry):
        texts += [contact.printed, contact.digits, contact.dial]
    elif isinstance(contact, PageEntry):
        texts.append(contact.url)
    return any(text and mentions(text, number) for text in texts)


def _number(contact: ContactEntry) -> str | None:
    if isinstance(contact, PhoneEntry):
        return contact.e164 or contact.dial
    return contact.number if isinstance(contact, SmsEntry) else None


def _phone_problems(phone: PhoneEntry) -> Iterator[str]:
    if not phone.sources:
        yield f"the number {phone.printed} names no source"
    if phone.e164 is not None and not is_north_american(phone.e164):
        yield f"{phone.e164} is not a telephone number that can exist in Canada"
    if phone.e164 is not None and phone.dial != phone.e164:
        yield f"{phone.printed} dials {phone.dial} instead of {phone.e164}"
    if phone.e164 is None and phone.dial not in SHORT_CODES:
        known = ", ".join(sorted(SHORT_CODES))
        yield f"{phone.dial} has no international form and is not a known short code ({known})"
    dialled = national_digits(keypad_digits(phone.dial))
    if national_digits(keypad_digits(phone.printed)) != dialled:
        yield f"{phone.printed} as printed is not the number it dials, {phone.dial}"
    if has_letters(phone.printed) and phone.digits is None:
        yield f"{phone.printed} is printed with letters and needs its digits"
    if phone.digits is not None:
        if not has_letters(phone.printed):
            yield f"{phone.printed} has no letters, so it needs no digits beside it"
        if has_letters(phone.digits) or national_digits(keypad_digits(phone.digits)) != dialled:
            yield f"the digits {phone.digits} are not the number it dials, {phone.dial}"
    if phone.ext is not None and not re.fullmatch("[0-9]+", phone.ext):
        yield f"the extension {phone.ext} of {phone.printed} is not a number"
    if phone.show and phone.dial in PLACE_BOUND_CODES and phone.label.en is None:
        yield "811 is never shown bare: its label must say where it works"


def _sms_problems(sms: SmsEntry) -> Iterator[str]:
    if not sms.sources:
        yield f"the text number {sms.number} names no source"
    if not re.fullmatch(r"[0-9]{3,6}", sms.number):
        full = national_digits(sms.number)
        if not (sms.number.isdecimal() and is_north_american(f"+1{full}")):
            yield f"{sms.number} is not a number to text: write a short code in digits only"


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _block(entry: BlockEntry) -> tuple[str, Block | None]:
    if (entry.season_from is None) != (entry.season_to is None):
        return "a season needs both from and to", None
    if entry.days is not None and not entry.days:
        return "a block of hours has no days; write days: null when they are not stated", None
    try:
        days = None if entry.days is None else [str(day) for day in entry.days]
        block = block_of(days, entry.open, entry.close, entry.season_from, entry.season_to)
    except ValueError as error:
        return f"hours: {error}", None
    if block.opens == block.closes or block.opens == minutes("24:00"):
        return f"hours: {_clock(block)} is not a stretch of time; a whole day is 00:00 to 24:00", None
    return "", block


def _overlap(first: Block, second: Block) -> bool:
    if not any(first.in_season(day) and second.in_season(day) for day in _LEAP_YEAR):
        return False
    return any(
        start < other + second.length and other < start + first.length
        for start in _week_starts(first)
        for base in _week_starts(second)
        for other in (base - _WEEK, base, base + _WEEK)
    )


def _week_starts(block: Block) -> list[int]:
    days = DAYS if block.days is None else [day for day in DAYS if day in block.days]
    return [DAYS.index(day) * MINUTES_IN_DAY + block.opens for day in days]


def _clock(block: Block) -> str:
    ends = (f"{minute // 60:02}:{minute % 60:02}" for minute in (block.opens, block.closes))
    return " to ".join(ends)


def _both(words: Words) -> list[str | None]:
    return [words.en, words.fr]
