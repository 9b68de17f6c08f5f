"""Finding resources in the real content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from bot.directory import FLOOR_SLUGS, BlockedNumber, Contact, Listing, OpenStatus, Resource, find

NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("America/Winnipeg"))
DAY = datetime(2026, 11, 23, 13, 0, tzinfo=ZoneInfo("America/Winnipeg"))
MMF = "mmf-mental-health-support-line"


def slugs(listings: list[Listing]) -> list[str]:
    return [listing.resource.slug for listing in listings]


@pytest.fixture
def session(real_directory: Engine) -> Iterator[Session]:
    with Session(real_directory) as session:
        yield session


def test_only_published_resources_are_found(session: Session) -> None:
    found = set(slugs(find(session, now=DAY)))
    hidden = set(session.scalars(select(Resource.slug).where(Resource.state != "published")))

    assert found
    assert hidden
    assert not found & hidden


def test_only_contacts_that_may_be_shown_are_listed(session: Session) -> None:
    session.execute(update(Contact).where(Contact.kind == "web").values(show=False))

    for listing in find(session, now=DAY):
        assert all(contact.show for contact in listing.contacts)
        assert "web" not in {contact.kind for contact in listing.contacts}


def test_a_number_blocked_later_is_never_listed(session: Session) -> None:
    session.add(BlockedNumber(number="8555544325", printed="1-855-554-HEAL", why_en="closed"))
    session.flush()

    (listing,) = find(session, now=DAY, slugs=["talk4healing"])

    assert "phone" not in {contact.kind for contact in listing.contacts}


def test_a_region_brings_its_own_and_the_national_ones(session: Session) -> None:
    for listing in find(session, now=DAY, region="AB"):
        assert {"AB", "CA"} & set(listing.resource.regions), listing.resource.slug
    assert {*FLOOR_SLUGS, "ahs-indigenous-support-line"} <= set(slugs(find(session, now=DAY, region="AB")))


def test_a_region_without_the_national_ones(session: Session) -> None:
    found = find(session, now=DAY, region="AB", national=False)

    assert "ahs-indigenous-support-line" in slugs(found)
    assert all("AB" in listing.resource.regions for listing in found)


def test_a_province_is_never_given_another_ones_line(session: Session) -> None:
    assert "talk4healing" not in slugs(find(session, now=DAY, region="MB"))


def test_open_comes_before_unknown_and_unknown_before_closed(session: Session) -> None:
    states = [listing.status.open_now for listing in find(session, now=NIGHT)]

    assert set(states) == {True, None, False}
    assert states == sorted(states, key=[True, None, False].index)


def test_among_the_open_ones_crisis_lines_lead_then_file_order(session: Session) -> None:
    found = [listing.resource for listing in find(session, now=NIGHT) if listing.status.open_now]

    assert slugs(find(session, now=NIGHT))[:2] == list(FLOOR_SLUGS[:2])
    assert found == sorted(found, key=lambda resource: (not resource.urgent_ok, resource.position))


def test_a_closed_line_says_when_it_opens(session: Session) -> None:
    by_slug = {listing.resource.slug: listing.status for listing in find(session, now=NIGHT, region="MB")}

    assert by_slug[MMF] == OpenStatus(False, datetime(2026, 11, 24, 7, 0, tzinfo=ZoneInfo("America/Winnipeg")))
    (at_day,) = find(session, now=DAY, slugs=[MMF])
    assert at_day.status == OpenStatus(True)


def test_asked_slugs_keep_their_given_order(session: Session) -> None:
    asked = [MMF, "emergency-911", "no-such-entry", "988-suicide-crisis-helpline", MMF]

    assert slugs(find(session, now=NIGHT, slugs=asked, keep_order=True)) == [
        MMF,
        "emergency-911",
        "988-suicide-crisis-helpline",
    ]


def test_keeping_order_without_slugs_is_the_order_of_the_files(session: Session) -> None:
    found = find(session, now=NIGHT, keep_order=True)

    assert [listing.resource.position for listing in found] == sorted(listing.resource.position for listing in found)


def test_conditions_narrow_together(session: Session) -> None:
    found = find(session, now=DAY, category=["crisis"], branch="crisis", region="ON", urgent=True, national=False)

    assert found
    for listing in found:
        assert listing.resource.category == "crisis"
        assert listing.resource.urgent_ok
        assert "ON" in listing.resource.regions


def test_several_values_are_alternatives(session: Session) -> None:
    kinds = {listing.resource.kind_of_service for listing in find(session, now=DAY, kinds=["guide", "training"])}
    assert kinds == {"guide", "training"}
    categories = {
        listing.resource.category for listing in find(session, now=DAY, category=["allyship", "reconciliation"])
    }
    assert categories == {"allyship", "reconciliation"}
    for listing in find(session, now=DAY, audience=["women", "survivors"]):
        assert {"women", "survivors"} & set(listing.resource.audience)


def test_lines_that_are_not_for_a_crisis_can_be_asked_for(session: Session) -> None:
    assert all(not listing.resource.urgent_ok for listing in find(session, now=DAY, urgent=False))


def test_people_who_cannot_talk_find_text_and_chat(session: Session) -> None:
    found = find(session, now=DAY, branch="crisis", contact_kinds=["sms", "chat"])

    assert {"988-suicide-crisis-helpline", "hope-for-wellness"} <= set(slugs(found))
    for listing in found:
        assert {"sms", "chat"} & {contact.kind for contact in listing.contacts}


def test_nothing_asked_by_an_empty_list_finds_nothing(session: Session) -> None:
    assert find(session, now=DAY, slugs=[]) == []


def test_listings_outlive_their_session(real_directory: Engine) -> None:
    with Session(real_directory) as session:
        (listing,) = find(session, now=DAY, slugs=[MMF])

    assert listing.resource.source_read_on is not None
    assert [contact.dial for contact in listing.contacts if contact.kind == "phone"]


def test_an_811_is_only_listed_in_its_own_province(session: Session) -> None:
    for listing in find(session, now=DAY):
        if any(contact.dial == "811" for contact in listing.contacts):
            assert "CA" not in listing.resource.regions
