"""The connection to the database, and bringing its tables up to date."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url, text

DEFAULT_URL = "sqlite:///var/guide.db"
BUSY_TIMEOUT_MS = 5_000
_PROJECT = Path(__file__).resolve().parents[2]
_UPGRADE_LOCK = 8_420_613  # any constant will do: it names the advisory lock that upgrades take on PostgreSQL


def database_url(environ: Mapping[str, str] | None = None) -> str:
    """The value of DATABASE_URL, or a SQLite file in `var/` under the current directory."""
    return (os.environ if environ is None else environ).get("DATABASE_URL") or DEFAULT_URL


def connect(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL; nothing is connected yet. A missing folder for a SQLite file is created."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        if target.drivername == "postgresql":
            target = target.set(drivername="postgresql+psycopg")
        return create_engine(target, pool_pre_ping=True)
    if target.database and target.database != ":memory:":
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(target)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def upgrade(engine: Engine) -> None:
    """Run every migration that has not run yet, all of them or none."""
    config = Config(_PROJECT / "alembic.ini")
    with engine.begin() as connection:
        # One upgrade at a time: a second process waits here and then finds nothing to do.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # A deleted row's bytes are overwritten, so nothing wiped can be read back from the file.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
