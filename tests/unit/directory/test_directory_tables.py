"""The database: its address, its settings, and tables made by migrations alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.directory import AppliedContent, connect, database_url, upgrade
from bot.directory.models import Base


def test_the_address_comes_from_the_environment_or_is_a_file_in_var() -> None:
    assert database_url({}) == "sqlite:///var/guide.db"
    assert database_url({"DATABASE_URL": ""}) == "sqlite:///var/guide.db"
    assert database_url({"DATABASE_URL": "sqlite:///other.db"}) == "sqlite:///other.db"


def test_a_missing_folder_is_created(tmp_path: Path) -> None:
    upgrade(connect(f"sqlite:///{tmp_path}/not/yet/guide.db"))

    assert (tmp_path / "not" / "yet" / "guide.db").exists()


def test_the_default_file_is_relative_to_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    upgrade(connect(database_url({})))

    assert (tmp_path / "var" / "guide.db").exists()


def test_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _directory_tables_only})
        assert compare_metadata(context, Base.metadata) == []


def _directory_tables_only(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = inspect(engine).get_table_names()

    upgrade(engine)

    assert inspect(engine).get_table_names() == before
    with Session(engine) as session:
        assert session.scalars(select(AppliedContent.id)).all() == [1]


def test_upgrading_is_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    upgrade(connect(f"sqlite:///{tmp_path}/guide.db"))

    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def test_a_failed_upgrade_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/guide.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE applied_content (id INTEGER)"))

    with pytest.raises(Exception, match="applied_content already exists"):
        upgrade(engine)

    assert inspect(engine).get_table_names() == ["applied_content"]


def test_sqlite_is_set_for_safety(engine: Engine) -> None:
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        }

    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 5000}


def test_a_contact_without_its_resource_is_refused(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO contact (resource_id, position, kind, languages, show, sources) "
                "VALUES (99, 0, 'web', '[]', 1, '[]')"
            )
        )


def test_postgresql_is_spoken_to_through_psycopg() -> None:
    for url in ("postgresql://guide@localhost/guide", "postgresql+psycopg://guide@localhost/guide"):
        assert connect(url).url.drivername == "postgresql+psycopg"


def test_the_public_surface_is_all_there() -> None:
    import bot.directory

    for name in bot.directory.__all__:
        assert hasattr(bot.directory, name)
