"""Open, closed or unknown, in the line's own time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.hours import DAYS, Block, OpenStatus, minutes, month_day, status

WINNIPEG, TORONTO, REGINA = "America/Winnipeg", "America/Toronto", "America/Regina"
ST_JOHNS = "America/St_Johns"
EVERY_DAY = frozenset(DAYS)
WEEKDAYS = frozenset(DAYS[:5])


def at(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def daily(opens: str, closes: str, days: frozenset[str] | None = EVERY_DAY) -> Block:
    return Block(days, minutes(opens), minutes(closes))


def test_a_line_that_never_closes_is_open() -> None:
    assert status([], "always", None, at(TORONTO, "2026-01-01T03:00")) == OpenStatus(True, None)


@pytest.mark.parametrize(
    ("kind", "blocks"), [("unknown", []), ("weekly", [daily("08:30", "16:30", None)]), ("weekly", [])]
)
def test_hours_nobody_stated_are_neither_open_nor_closed(kind: str, blocks: list[Block]) -> None:
    for hour in range(24):
        moment = at(TORONTO, f"2026-11-23T{hour:02}:00")
        assert status(blocks, kind, TORONTO, moment) == OpenStatus(None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "open_now", "opens_at"),
    [
        ("2026-11-23T06:59", False, "2026-11-23T07:00"),
        ("2026-11-23T07:00", True, None),
        ("2026-11-23T22:59:59", True, None),
        ("2026-11-23T23:00", False, "2026-11-24T07:00"),
    ],
)
def test_hours_begin_at_opening_and_end_before_closing(now: str, open_now: bool, opens_at: str | None) -> None:
    got = status([daily("07:00", "23:00")], "weekly", WINNIPEG, at(WINNIPEG, now))

    assert got == OpenStatus(open_now, at(WINNIPEG, opens_at) if opens_at else None)


def test_hours_follow_the_clock_of_the_line_not_of_the_person() -> None:
    late_in_vancouver = at("America/Vancouver", "2026-11-23T21:30")  # 23:30 in Winnipeg

    got = status([daily("07:00", "23:00")], "weekly", WINNIPEG, late_in_vancouver)

    assert got.open_now is False
    assert got.opens_at is not None
    assert got.opens_at.isoformat() == "2026-11-24T07:00:00-06:00"


def test_a_closed_weekend_opens_on_monday() -> None:
    got = status(
        [daily("12:00", "20:00", WEEKDAYS)],
        "weekly",
        "America/Edmonton",
        at("America/Edmonton", "2026-11-20T20:00"),
    )

    assert got == OpenStatus(False, at("America/Edmonton", "2026-11-23T12:00"))


@pytest.mark.parametrize(
    ("now", "open_now"),
    [
        ("2026-11-20T23:00", True),
        ("2026-11-21T01:59", True),
        ("2026-11-21T02:00", False),
        ("2026-11-20T01:00", False),
    ],
)
def test_a_friday_night_runs_into_saturday(now: str, open_now: bool) -> None:
    block = daily("22:00", "02:00", frozenset({"fri"}))

    assert status([block], "weekly", ST_JOHNS, at(ST_JOHNS, now)).open_now is open_now


def test_a_whole_day_ends_at_midnight() -> None:
    block = daily("00:00", "24:00", frozenset({"sun"}))

    assert status([block], "weekly", TORONTO, at(TORONTO, "2026-11-22T23:59:59")).open_now is True
    assert status([block], "weekly", TORONTO, at(TORONTO, "2026-11-23T00:00")).open_now is False


def test_two_blocks_leave_the_lunch_hour_closed() -> None:
    blocks = [daily("09:00", "11:00", WEEKDAYS), daily("13:00", "15:00", WEEKDAYS)]

    assert status(blocks, "weekly", TORONTO, at(TORONTO, "2026-11-23T12:00")) == OpenStatus(
        False, at(TORONTO, "2026-11-23T13:00")
    )


def test_a_season_may_pass_the_new_year() -> None:
    winter = Block(EVERY_DAY, minutes("08:00"), minutes("16:00"), (month_day("09-01"), month_day("05-31")))

    assert status([winter], "weekly", TORONTO, at(TORONTO, "2027-01-15T09:00")).open_now is True
    assert status([winter], "weekly", TORONTO, at(TORONTO, "2027-05-31T09:00")).open_now is True
    assert status([winter], "weekly", TORONTO, at(TORONTO, "2027-06-01T09:00")) == OpenStatus(False, None)
    assert status([winter], "weekly", TORONTO, at(TORONTO, "2027-08-25T09:00")) == OpenStatus(
        False, at(TORONTO, "2027-09-01T08:00")
    )


def test_an_opening_more_than_fourteen_days_away_is_not_announced() -> None:
    summer = Block(EVERY_DAY, minutes("08:00"), minutes("16:00"), (month_day("06-15"), month_day("08-31")))

    assert status([summer], "weekly", TORONTO, at(TORONTO, "2026-06-01T08:00")).opens_at == at(
        TORONTO, "2026-06-15T08:00"
    )
    assert status([summer], "weekly", TORONTO, at(TORONTO, "2026-06-01T07:59")).opens_at is None


def test_opening_keeps_its_clock_time_when_clocks_go_forward() -> None:
    got = status([daily("07:00", "23:00")], "weekly", WINNIPEG, at(WINNIPEG, "2026-03-07T23:30"))

    assert got.opens_at == datetime(2026, 3, 8, 12, 0, tzinfo=timezone.utc)  # 07:00 at UTC-5, not UTC-6


def test_opening_keeps_its_clock_time_when_clocks_go_back() -> None:
    got = status([daily("07:00", "23:00")], "weekly", WINNIPEG, at(WINNIPEG, "2026-10-31T23:30"))

    assert got.opens_at == datetime(2026, 11, 1, 13, 0, tzinfo=timezone.utc)


def test_saskatchewan_does_not_change_its_clocks() -> None:
    got = status([daily("07:00", "23:00")], "weekly", REGINA, at(REGINA, "2026-03-07T23:30"))

    assert got.opens_at == datetime(2026, 3, 8, 13, 0, tzinfo=timezone.utc)


def test_a_night_line_stays_open_through_the_repeated_hour() -> None:
    block = daily("22:00", "06:00")

    for fold in (0, 1):
        assert status([block], "weekly", TORONTO, at(TORONTO, "2026-11-01T01:30", fold)).open_now is True


def test_a_short_block_swallowed_by_the_clocks_is_skipped() -> None:
    block = daily("02:50", "03:10", frozenset({"sun"}))  # on 8 March clocks go from 02:00 to 03:00

    got = status([block], "weekly", TORONTO, at(TORONTO, "2026-03-07T12:00"))

    assert got.opens_at == at(TORONTO, "2026-03-15T02:50")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        status([daily("07:00", "23:00")], "weekly", WINNIPEG, datetime(2026, 11, 23, 8, 0))


def test_weekly_hours_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        status([daily("07:00", "23:00")], "weekly", None, at(WINNIPEG, "2026-11-23T08:00"))


@pytest.mark.parametrize("text", ["7:00", "07.00", "24:01", "12:60", "-1:00", "ab:cd", "", "07:00:00", "٠٧:٠٠"])
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        minutes(text)


def test_times_run_from_midnight_to_midnight() -> None:
    assert [minutes(text) for text in ("00:00", "08:30", "23:59", "24:00")] == [0, 510, 1439, 1440]


@pytest.mark.parametrize("text", ["02-30", "13-01", "9-01", "0901", "", "09/01", "09-01-"])
def test_a_month_and_day_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month and day"):
        month_day(text)


def test_leap_day_can_bound_a_season() -> None:
    assert month_day("02-29") == (2, 29)


zones = st.sampled_from([WINNIPEG, TORONTO, REGINA, ST_JOHNS, "America/Vancouver", "America/Halifax"])
clock_minutes = st.integers(min_value=0, max_value=1439)
season_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: (day.month, day.day))
weekly_blocks = st.lists(
    st.builds(
        Block,
        days=st.frozensets(st.sampled_from(DAYS), min_size=1),
        opens=clock_minutes,
        closes=st.integers(min_value=1, max_value=1440),
        season=st.none() | st.tuples(season_days, season_days),
    ),
    min_size=1,
    max_size=3,
)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2028, 12, 31), timezones=st.just(timezone.utc)
)


@given(blocks=weekly_blocks, zone=zones, now=moments, part=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_opens_at_is_the_first_moment_the_line_is_open(
    blocks: list[Block], zone: str, now: datetime, part: float
) -> None:
    got = status(blocks, "weekly", zone, now)

    if got.opens_at is None:
        assert got.open_now or not status(blocks, "weekly", zone, now + timedelta(days=14) * part).open_now
        return
    assert got.open_now is False
    assert now < got.opens_at <= now + timedelta(days=14)
    assert status(blocks, "weekly", zone, got.opens_at).open_now is True
    before = now + (got.opens_at - now) * part
    assert before >= got.opens_at or status(blocks, "weekly", zone, before).open_now is False
    assert (
        status(blocks, "weekly", zone, got.opens_at.astimezone(timezone.utc) - timedelta(microseconds=1)).open_now
        is False
    )


@given(blocks=weekly_blocks, zone=zones, now=moments, viewer=zones)
def test_the_answer_does_not_depend_on_the_zone_now_is_told_in(
    blocks: list[Block], zone: str, now: datetime, viewer: str
) -> None:
    assert status(blocks, "weekly", zone, now.astimezone(ZoneInfo(viewer))) == status(blocks, "weekly", zone, now)
