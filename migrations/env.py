"""Runs the migrations: on the connection `bot.directory.upgrade` hands over, or from Alembic's command line.

Migrations are written by hand. Every room adds its own tables in `versions/`, so no metadata is loaded here.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from bot.directory.database import connect, database_url


def run(connection: Connection) -> None:
    """Run the migrations in the connection's transaction."""
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connect(database_url()).begin() as own:
        run(own)
