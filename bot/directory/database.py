"""The connection to the database, and bringing its tables up to date."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
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


def connect(url: str, patience_seconds: float | None = None) -> Engine:
    """An engine for SQLite or PostgreSQL; nothing is connected yet. A missing folder for a SQLite file is created.

    Args:
        url: where the database is.
        patience_seconds: on PostgreSQL, what connecting and each statement may take; none: as long as it takes.
    """
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        if target.drivername == "postgresql":
            target = target.set(drivername="postgresql+psycopg")
        if patience_seconds is None:
            return create_engine(target, pool_pre_ping=True)
        target = target.update_query_dict({**_dead_lines(patience_seconds), **target.query})
        engine = create_engine(target, pool_pre_ping=True, pool_timeout=patience_seconds)
        event.listen(engine, "connect", _limit_postgresql(patience_seconds))
        return engine
    if target.database and target.database != ":memory:":
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(target)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _dead_lines(seconds: float) -> dict[str, str]:
    """libpq's parameters that notice a server which does not answer any more."""
    whole = str(max(2, round(seconds)))
    return {
        "connect_timeout": whole,
        "keepalives_idle": whole,
        "keepalives_interval": "1",
        "keepalives_count": "3",
        "tcp_user_timeout": str(round(seconds * 1000)),
    }


def _limit_postgresql(seconds: float) -> Callable[[Any, object], None]:
    milliseconds = round(seconds * 1000)

    def limit(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {milliseconds}")
            # A process that was stopped in the middle of a transaction must not hold its rows for ever.
            cursor.execute(f"SET idle_in_transaction_session_timeout = {2 * milliseconds}")
        connection.commit()

    return limit


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
