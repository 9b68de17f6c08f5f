"""What of a reply fits the person best: whom they named, and when they need it. It orders; it never hides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.directory import Listing, OpenStatus, status
from bot.messages import FLOOR_SLUGS

#: Peoples of whom a resource may serve one and not another.
_PEOPLES = frozenset({"first_nations", "inuit", "metis"})

#: The hour that stands for a time of day, on the clock of whoever answers.
_HOURS = {"evening": time(20), "night": time(2), "weekend": time(13)}

_SATURDAY = 5


def fitting(listings: Sequence[Listing], audiences: Collection[str], when: str | None, now: datetime) -> list[Listing]:
    """The same listings: those open at that time first, then those that serve whom the person named.

    The lines of the floor stay where they are. `audiences` are tags of the directory's entries, `when` a tag of
    `data/vocabulary/times.yml`, `now` an aware moment.
    """
    rest = iter(
        sorted(
            (item for item in listings if item.resource.slug not in FLOOR_SLUGS),
            key=lambda item: (_openness(item, when, now), *_service(item, frozenset(audiences))),
        )
    )
    return [item if item.resource.slug in FLOOR_SLUGS else next(rest) for item in listings]


def open_at(listing: Listing, when: str, now: datetime) -> OpenStatus:
    """Whether a listing is open at a time of day: the next one from `now` on, by the listing's own clock."""
    resource = listing.resource
    blocks = [block.as_block() for block in resource.opening_blocks]
    zone = resource.hours_zone
    return status(blocks, resource.hours_kind, zone, _moment(when, now.astimezone(ZoneInfo(zone)) if zone else now))


def _openness(listing: Listing, when: str | None, now: datetime) -> int:
    if when is None:
        return 0
    return {True: 0, None: 1, False: 2}[open_at(listing, when, now).open_now]


def _service(listing: Listing, audiences: frozenset[str]) -> tuple[bool, int]:
    serves = frozenset(listing.resource.audience)
    named = audiences & _PEOPLES
    elsewhere = bool(named and serves & _PEOPLES and "all_indigenous" not in serves and not named & serves)
    return elsewhere, -len(audiences & serves)


def _moment(when: str, now: datetime) -> datetime:
    if when not in _HOURS or (when == "weekend" and now.weekday() >= _SATURDAY):
        return now
    moment = datetime.combine(now.date(), _HOURS[when], now.tzinfo)
    if when == "weekend":
        return moment + timedelta(days=_SATURDAY - now.weekday())
    if when == "evening":
        # Late in the evening, "tonight" is now.
        return max(moment, now)
    return moment if moment > now else moment + timedelta(days=1)
