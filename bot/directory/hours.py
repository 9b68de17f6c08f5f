"""Opening hours: is a line open at a given moment, and if not, when does it open next.

Hours are computed in the line's own time zone. Hours nobody has stated are unknown: neither open nor closed.
Public holidays are not modelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

HoursKind = Literal["always", "weekly", "unknown"]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_IN_DAY = 24 * 60
LOOK_AHEAD_DAYS = 14
_CLOCK = re.compile(r"([01][0-9]|2[0-3]|24(?=:00)):([0-5][0-9])")


@dataclass(frozen=True)
class Block:
    """One stretch of opening on some days of the week, in the line's own wall-clock time.

    `opens` and `closes` are minutes after midnight; a block that closes at or before its opening ends on the next
    day. `days` is None when hours are printed without their days. A season runs from one (month, day) to another,
    both included, and may pass the new year.
    """

    days: frozenset[str] | None
    opens: int
    closes: int
    season: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def length(self) -> int:
        """Minutes from opening to closing."""
        return self.closes - self.opens + (MINUTES_IN_DAY if self.closes <= self.opens else 0)

    def starts_on(self, day: date) -> bool:
        """True when the block begins on this date."""
        return self.days is not None and DAYS[day.weekday()] in self.days and self.in_season(day)

    def in_season(self, day: date) -> bool:
        """True when this date lies in the block's season, or the block has none."""
        if self.season is None:
            return True
        first, last = self.season
        today = (day.month, day.day)
        return first <= today <= last if first <= last else today >= first or today <= last


@dataclass(frozen=True)
class OpenStatus:
    """Whether a line is open (None: not known) and, for a closed one, when it opens next in its own zone."""

    open_now: bool | None
    opens_at: datetime | None = None


ALWAYS_OPEN = OpenStatus(True)
UNKNOWN = OpenStatus(None)


def minutes(clock: str) -> int:
    """Minutes after midnight of "HH:MM", from "00:00" to "24:00". Raises ValueError on anything else."""
    matched = _CLOCK.fullmatch(clock)
    if matched is None:
        raise ValueError(f"{clock!r} is not a time such as 08:30")
    hour, minute = matched.groups()
    return int(hour) * 60 + int(minute)


def month_day(text: str) -> tuple[int, int]:
    """The month and day of "MM-DD". Raises ValueError when there is no such day."""
    if len(text) != 5 or text[2] != "-":
        raise ValueError(f"{text!r} is not a month and day such as 09-01")
    try:
        leap_year_day = date.fromisoformat(f"2024-{text}")
    except ValueError as error:
        raise ValueError(f"{text!r} is not a month and day such as 09-01") from error
    return leap_year_day.month, leap_year_day.day


def status(blocks: Sequence[Block], kind: HoursKind, zone: str | None, now: datetime) -> OpenStatus:
    """The state of a line at `now`, an aware moment.

    `opens_at` is the next opening within fourteen days, and stays None beyond them. Raises ValueError when `now`
    has no time zone, or when weekly hours come without one.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    if kind == "always":
        return ALWAYS_OPEN
    if kind == "unknown" or not blocks or any(block.days is None for block in blocks):
        return UNKNOWN
    if zone is None:
        raise ValueError("weekly hours need a time zone")
    place = ZoneInfo(zone)
    moment = now.astimezone(timezone.utc)
    openings = list(_openings(blocks, place, moment.astimezone(place).date()))
    if any(start <= moment < end for start, end in openings):
        return ALWAYS_OPEN
    coming = min((start for start, _ in openings if start > moment), default=None)
    if coming is None or coming - moment > timedelta(days=LOOK_AHEAD_DAYS):
        return OpenStatus(False)
    return OpenStatus(False, coming.astimezone(place))


def _openings(blocks: Sequence[Block], place: ZoneInfo, today: date) -> Iterator[tuple[datetime, datetime]]:
    """Every opening from yesterday (it may pass midnight) to the end of the look-ahead, in UTC."""
    for offset in range(-1, LOOK_AHEAD_DAYS + 1):
        day = today + timedelta(days=offset)
        for block in blocks:
            if block.starts_on(day):
                start = _instant(day, block.opens, place)
                end = _instant(day, block.opens + block.length, place)
                if start < end:  # clocks going forward can swallow a short block whole
                    yield start, end


def _instant(day: date, minute: int, place: ZoneInfo) -> datetime:
    """The UTC moment at which clocks in `place` show this minute of the day (of the following days past 1440)."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=place).astimezone(timezone.utc)
