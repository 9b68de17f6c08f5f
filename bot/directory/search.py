"""Finding what to offer a person: only what is published, only contacts that may be shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from bot.directory.hours import OpenStatus, status
from bot.directory.models import BlockedNumber, Contact, ContactKind, Resource
from bot.directory.telephone import keypad_digits, national_digits

NATIONAL = "CA"
OneOrMore = str | Collection[str] | None


@dataclass(frozen=True)
class Listing:
    """A resource to offer: its contacts that may be shown, in order, and whether it is open."""

    resource: Resource
    status: OpenStatus
    contacts: tuple[Contact, ...]


def find(
    session: Session,
    *,
    now: datetime,
    category: OneOrMore = None,
    branch: OneOrMore = None,
    slugs: Collection[str] | None = None,
    region: OneOrMore = None,
    national: bool = True,
    audience: OneOrMore = None,
    kinds: OneOrMore = None,
    urgent: bool | None = None,
    contact_kinds: Collection[ContactKind] | None = None,
    keep_order: bool = False,
) -> list[Listing]:
    """The published resources that match every condition given.

    A condition with several values is met by any of them; `region` also finds national resources unless `national`
    is False; `contact_kinds` asks for at least one contact of those kinds that may be shown.
    Order: open at `now` (an aware moment), then hours unknown, then closed; inside each, lines fit for a crisis
    first, then the order of the files. With `keep_order`: the order of `slugs` when given, else of the files.
    """
    ids = _matching_ids(
        session,
        _columns(category, slugs, kinds, urgent),
        branches=_values(branch),
        audience=_values(audience),
        regions=_regions(region, national),
    )
    blocked = set(session.scalars(select(BlockedNumber.number)))
    listings = [_listing(resource, blocked, now) for resource in _load(session, ids)]
    if contact_kinds is not None:
        listings = [item for item in listings if any(c.kind in contact_kinds for c in item.contacts)]
    if not keep_order:
        return sorted(listings, key=_by_usefulness)
    if slugs is None:
        return listings
    places = {slug: place for place, slug in reversed(list(enumerate(slugs)))}
    return sorted(listings, key=lambda item: places[item.resource.slug])


def _columns(
    category: OneOrMore, slugs: Collection[str] | None, kinds: OneOrMore, urgent: bool | None
) -> Select[tuple[int, list[str], list[str], list[str]]]:
    query = select(Resource.id, Resource.branches, Resource.audience, Resource.regions)
    query = query.where(Resource.state == "published")
    for column, wanted in (
        (Resource.category, _values(category)),
        (Resource.slug, _values(slugs)),
        (Resource.kind_of_service, _values(kinds)),
    ):
        if wanted is not None:
            query = query.where(column.in_(wanted))
    if urgent is not None:
        query = query.where(Resource.urgent_ok.is_(urgent))
    return query


def _matching_ids(
    session: Session,
    query: Select[tuple[int, list[str], list[str], list[str]]],
    *,
    branches: set[str] | None,
    audience: set[str] | None,
    regions: set[str] | None,
) -> list[int]:
    # Lists are compared here, not in SQL: SQLite and PostgreSQL search inside JSON differently.
    return [
        id_
        for id_, its_branches, its_audience, its_regions in session.execute(query)
        if (branches is None or branches.intersection(its_branches))
        and (audience is None or audience.intersection(its_audience))
        and (regions is None or regions.intersection(its_regions))
    ]


def _load(session: Session, ids: list[int]) -> list[Resource]:
    children = (Resource.contacts, Resource.opening_blocks, Resource.sources)
    query = select(Resource).where(Resource.id.in_(ids)).order_by(Resource.position)
    return list(session.scalars(query.options(*(selectinload(child) for child in children))))


def _listing(resource: Resource, blocked: set[str], now: datetime) -> Listing:
    blocks = [block.as_block() for block in resource.opening_blocks]
    contacts = tuple(contact for contact in resource.contacts if contact.show and _number(contact) not in blocked)
    return Listing(resource, status(blocks, resource.hours_kind, resource.hours_zone, now), contacts)


def _number(contact: Contact) -> str:
    return national_digits(keypad_digits(contact.dial or contact.number or ""))


def _by_usefulness(listing: Listing) -> tuple[int, bool, int]:
    openness = {True: 0, None: 1, False: 2}[listing.status.open_now]
    return openness, not listing.resource.urgent_ok, listing.resource.position


def _values(wanted: OneOrMore) -> set[str] | None:
    if wanted is None:
        return None
    return {wanted} if isinstance(wanted, str) else set(wanted)


def _regions(region: OneOrMore, national: bool) -> set[str] | None:
    regions = _values(region)
    return regions | {NATIONAL} if regions is not None and national else regions
