"""Bringing the content files into the database, without ever undoing what staff changed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from bot.directory.content import Content, read_content
from bot.directory.entries import (
    BlockEntry,
    ContactEntry,
    PageEntry,
    PhoneEntry,
    ResourceEntry,
    SmsEntry,
)
from bot.directory.models import AppliedContent, BlockedNumber, Contact, OpeningBlock, Resource, Source

Outcome = Literal["loaded", "replaced", "unchanged", "left_alone"]
_SENTENCES: dict[Outcome, str] = {
    "loaded": "The directory was empty and now holds the {count} entries of the content files.",
    "replaced": "The content files changed and nobody had edited the directory: it now holds their {count} entries.",
    "unchanged": "The content files have not changed; the directory keeps its {count} entries.",
    "left_alone": "Staff have edited the directory, so the changed content files were not applied; "
    "its {count} entries stay as they are.",
}


@dataclass(frozen=True)
class LoadReport:
    """What became of the content files: the outcome, and how many entries the directory holds now."""

    outcome: Outcome
    resources: int
    content_hash: str
    edited_at: datetime | None

    def __str__(self) -> str:
        return _SENTENCES[self.outcome].format(count=self.resources)


def apply_content(engine: Engine, folder: Path, now: datetime | None = None) -> LoadReport:
    """Load the content files of `folder` into an upgraded database, in one transaction.

    An empty directory is filled; one nobody has edited is replaced when the files changed; an edited one is left
    alone. Raises ContentError, or any error of the database, with the former rows untouched.
    """
    now = now or datetime.now(timezone.utc)
    content = read_content(folder, now.date())
    with Session(engine) as session, session.begin():
        # Writing first takes the lock, so that two processes starting together load one after the other.
        session.execute(update(AppliedContent).values(revision=AppliedContent.revision))
        applied = session.get_one(AppliedContent, 1)
        count = session.scalar(select(func.count()).select_from(Resource)) or 0
        outcome = _outcome(applied, content, count)
        if outcome in ("loaded", "replaced"):
            count = _replace(session, content)
            applied.content_hash = content.hash
            applied.applied_at = now
            applied.revision += 1
            applied.edited_at = None
        return LoadReport(outcome, count, content.hash, applied.edited_at)


def mark_edited(session: Session, now: datetime) -> int:
    """Say that staff edited the rows, in the transaction of that edit. Returns the new revision.

    From here on the content files are no longer applied.
    """
    session.execute(update(AppliedContent).values(revision=AppliedContent.revision + 1, edited_at=now))
    return session.scalars(select(AppliedContent.revision)).one()


def _outcome(applied: AppliedContent, content: Content, count: int) -> Outcome:
    if count == 0:
        return "loaded"
    if applied.content_hash == content.hash:
        return "unchanged"
    return "replaced" if applied.edited_at is None else "left_alone"


def _replace(session: Session, content: Content) -> int:
    for table in (Contact, OpeningBlock, Source, Resource, BlockedNumber):
        session.execute(delete(table))
    position = 0
    for category, entries in content.entries.items():
        for entry in entries:
            session.add(_resource(entry, category, position))
            position += 1
    session.add_all(
        BlockedNumber(number=digits, printed=item.number, why_en=item.why.en or "", why_fr=item.why.fr)
        for digits, item in content.blocked.items()
    )
    session.flush()
    return position


def _resource(entry: ResourceEntry, category: str, position: int) -> Resource:
    return Resource(
        slug=entry.slug,
        category=category,
        position=position,
        name_en=entry.name.en,
        name_fr=entry.name.fr,
        org=entry.org,
        branches=list(entry.branches),
        kind_of_service=entry.kind_of_service,
        state=entry.state,
        why_not_shown=entry.why_not_shown,
        urgent_ok=entry.urgent_ok,
        about_en=entry.about.en,
        about_fr=entry.about.fr,
        serves_en=entry.serves.en,
        serves_fr=entry.serves.fr,
        hours_kind=entry.hours.kind,
        hours_text_en=entry.hours.text.en,
        hours_text_fr=entry.hours.text.fr,
        hours_zone=entry.hours.zone,
        languages=[language.model_dump(exclude_none=True) for language in entry.languages],
        audience=list(entry.audience),
        regions=list(entry.regions),
        in_seed=entry.in_seed,
        seed_refs=list(entry.seed_refs),
        note=entry.note,
        contacts=[_contact(contact, index) for index, contact in enumerate(entry.contacts)],
        opening_blocks=[_opening_block(block, index) for index, block in enumerate(entry.hours.blocks)],
        sources=[
            Source(name=name, read_on=entry.source_read_on, position=index) for index, name in enumerate(entry.sources)
        ],
    )


def _contact(entry: ContactEntry, position: int) -> Contact:
    contact = Contact(
        kind=entry.kind,
        position=position,
        label_en=entry.label.en,
        label_fr=entry.label.fr,
        note_en=entry.note.en,
        note_fr=entry.note.fr,
        languages=list(entry.languages),
        show=entry.show,
        source_quality=entry.source_quality,
        sources=list(entry.sources),
    )
    if isinstance(entry, PhoneEntry):
        contact.printed, contact.digits, contact.e164 = entry.printed, entry.digits, entry.e164
        contact.dial, contact.ext = entry.dial, entry.ext
    elif isinstance(entry, SmsEntry):
        contact.number, contact.keyword = entry.number, entry.keyword
    elif isinstance(entry, PageEntry):
        contact.url = entry.url
    else:
        contact.address = entry.address
    return contact


def _opening_block(entry: BlockEntry, position: int) -> OpeningBlock:
    return OpeningBlock(
        position=position,
        days=None if entry.days is None else list(entry.days),
        opens=entry.open,
        closes=entry.close,
        season_from=entry.season_from,
        season_to=entry.season_to,
    )
