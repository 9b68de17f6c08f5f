"""Content files into the database: loaded when empty, replaced when nobody edited, left alone when staff did."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from bot.directory import (
    AppliedContent,
    BlockedNumber,
    ContentError,
    Resource,
    apply_content,
    connect,
    mark_edited,
    upgrade,
)

WHEN = datetime(2026, 11, 22, 3, 0, tzinfo=timezone.utc)
LATER = WHEN + timedelta(hours=1)
Files = dict[str, list[dict[str, Any]]]
WriteContent = Callable[[Files], Path]


def slugs(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(Resource.slug).order_by(Resource.position)))


def applied(engine: Engine) -> AppliedContent:
    with Session(engine) as session:
        return session.scalars(select(AppliedContent)).one()


def test_an_empty_database_takes_everything_in_file_order(
    engine: Engine, files: Files, write_content: WriteContent
) -> None:
    report = apply_content(engine, write_content(files), WHEN)

    assert (report.outcome, report.resources) == ("loaded", 6)
    assert slugs(engine) == [entry["slug"] for entry in files["crisis"]]
    assert applied(engine).content_hash == report.content_hash
    assert applied(engine).edited_at is None


def test_the_real_content_arrives_whole(real_directory: Engine) -> None:
    with Session(real_directory) as session:
        mmf = session.scalars(select(Resource).where(Resource.slug == "mmf-mental-health-support-line")).one()
        assert mmf.hours_zone == "America/Winnipeg"
        assert [(block.opens, block.closes) for block in mmf.opening_blocks] == [("07:00", "23:00")]
        assert [contact.ext for contact in mmf.contacts if contact.kind == "phone"] == ["1"]
        assert mmf.source_read_on is not None
        assert "document 004" in [source.name for source in mmf.sources]
        assert session.scalar(select(func.count()).select_from(BlockedNumber)) == 3


def test_unchanged_files_change_nothing(engine: Engine, files: Files, write_content: WriteContent) -> None:
    apply_content(engine, write_content(files), WHEN)
    revision = applied(engine).revision

    report = apply_content(engine, write_content(files), LATER)

    assert (report.outcome, report.resources) == ("unchanged", 6)
    assert applied(engine).revision == revision


def test_changed_files_replace_what_nobody_edited(engine: Engine, files: Files, write_content: WriteContent) -> None:
    apply_content(engine, write_content(files), WHEN)
    revision = applied(engine).revision
    files["crisis"] = [entry for entry in files["crisis"] if entry["slug"] != "talk4healing"]
    files["crisis"][1]["about"]["en"] = "New words."

    report = apply_content(engine, write_content(files), LATER)

    assert (report.outcome, report.resources) == ("replaced", 5)
    assert "talk4healing" not in slugs(engine)
    with Session(engine) as session:
        hope = session.scalars(select(Resource).where(Resource.slug == "hope-for-wellness")).one()
        assert hope.about("en") == "New words."
    assert applied(engine).revision == revision + 1


def test_changed_files_leave_alone_what_staff_edited(engine: Engine, files: Files, write_content: WriteContent) -> None:
    apply_content(engine, write_content(files), WHEN)
    with Session(engine) as session, session.begin():
        hope = session.scalars(select(Resource).where(Resource.slug == "hope-for-wellness")).one()
        hope.about_en = "Words of the staff."
        mark_edited(session, WHEN)
    files["crisis"][1]["about"]["en"] = "Words of the files."

    report = apply_content(engine, write_content(files), LATER)

    assert report.outcome == "left_alone"
    assert "Staff have edited the directory" in str(report)
    with Session(engine) as session:
        hope = session.scalars(select(Resource).where(Resource.slug == "hope-for-wellness")).one()
        assert hope.about("en") == "Words of the staff."


def test_an_edit_raises_the_revision(engine: Engine, files: Files, write_content: WriteContent) -> None:
    apply_content(engine, write_content(files), WHEN)

    with Session(engine) as session, session.begin():
        revisions = [mark_edited(session, WHEN), mark_edited(session, LATER)]

    assert revisions == [2, 3]
    assert applied(engine).revision == 3


def test_wrong_content_leaves_the_former_content_whole(
    engine: Engine, files: Files, write_content: WriteContent
) -> None:
    apply_content(engine, write_content(files), WHEN)
    before = slugs(engine)
    files["crisis"][0]["sources"] = []

    with pytest.raises(ContentError):
        apply_content(engine, write_content(files), LATER)

    assert slugs(engine) == before


def test_a_failure_halfway_leaves_the_former_content_whole(
    engine: Engine, files: Files, write_content: WriteContent
) -> None:
    first = apply_content(engine, write_content(files), WHEN)
    before = slugs(engine)
    files["crisis"].pop()
    folder = write_content(files)

    def fail(_mapper: object, _connection: object, resource: Resource) -> None:
        if resource.slug == "talk4healing":
            raise OSError("disk full")

    event.listen(Resource, "after_insert", fail)
    try:
        with pytest.raises(OSError, match="disk full"):
            apply_content(engine, folder, LATER)
    finally:
        event.remove(Resource, "after_insert", fail)

    assert slugs(engine) == before
    assert applied(engine).content_hash == first.content_hash
    with Session(engine) as session:
        assert all(resource.contacts for resource in session.scalars(select(Resource)))


def test_processes_starting_together_load_once(tmp_path: Path, files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)

    def start(_number: int) -> str:
        engine = connect(f"sqlite:///{tmp_path}/together/guide.db")
        try:
            upgrade(engine)
            return apply_content(engine, folder, WHEN).outcome
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(start, range(4)))

    assert outcomes == ["loaded", "unchanged", "unchanged", "unchanged"]


def test_a_source_read_after_today_is_refused(engine: Engine, real_content: Path) -> None:
    with pytest.raises(ContentError, match="which has not come yet"):
        apply_content(engine, real_content, WHEN - timedelta(days=365))


def test_names_fall_back_to_english_only_for_names_without_french(real_directory: Engine) -> None:
    with Session(real_directory) as session:
        by_slug = {resource.slug: resource for resource in session.scalars(select(Resource))}

    assert by_slug["kids-help-phone"].name("fr") != by_slug["kids-help-phone"].name("en")
    irs = by_slug["national-irs-crisis-line"]
    assert irs.name_fr is None
    assert irs.name("fr") == irs.name("en")
    for resource in by_slug.values():
        if resource.state == "published":
            assert resource.about("fr") != resource.about("en"), resource.slug


def test_the_folder_is_not_written_to(engine: Engine, files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)
    before = {path: path.read_bytes() for path in folder.iterdir()}

    apply_content(engine, folder, WHEN)

    assert {path: path.read_bytes() for path in Path(folder).iterdir()} == before
