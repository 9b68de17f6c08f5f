"""The directory: resources, how to reach them, when they are open, where the facts come from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_directory"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the directory's tables, and the one row that says what they were loaded from."""
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slug", sa.String(80), nullable=False, unique=True),
        sa.Column("category", sa.String(40), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("name_fr", sa.Text),
        sa.Column("org", sa.Text),
        sa.Column("branches", sa.JSON, nullable=False),
        sa.Column("kind_of_service", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("why_not_shown", sa.Text),
        sa.Column("urgent_ok", sa.Boolean, nullable=False),
        sa.Column("about_en", sa.Text),
        sa.Column("about_fr", sa.Text),
        sa.Column("serves_en", sa.Text),
        sa.Column("serves_fr", sa.Text),
        sa.Column("hours_kind", sa.String(10), nullable=False),
        sa.Column("hours_text_en", sa.Text),
        sa.Column("hours_text_fr", sa.Text),
        sa.Column("hours_zone", sa.String(40)),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("audience", sa.JSON, nullable=False),
        sa.Column("regions", sa.JSON, nullable=False),
        sa.Column("in_seed", sa.Boolean, nullable=False),
        sa.Column("seed_refs", sa.JSON, nullable=False),
        sa.Column("note", sa.Text),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer, primary_key=True),
        _resource_id(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("printed", sa.Text),
        sa.Column("digits", sa.Text),
        sa.Column("e164", sa.String(20)),
        sa.Column("dial", sa.String(20)),
        sa.Column("ext", sa.String(10)),
        sa.Column("number", sa.String(20)),
        sa.Column("keyword", sa.String(40)),
        sa.Column("url", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("label_en", sa.Text),
        sa.Column("label_fr", sa.Text),
        sa.Column("note_en", sa.Text),
        sa.Column("note_fr", sa.Text),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("show", sa.Boolean, nullable=False),
        sa.Column("source_quality", sa.String(20)),
        sa.Column("sources", sa.JSON, nullable=False),
    )
    op.create_table(
        "opening_block",
        sa.Column("id", sa.Integer, primary_key=True),
        _resource_id(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("days", sa.JSON),
        sa.Column("opens", sa.String(5), nullable=False),
        sa.Column("closes", sa.String(5), nullable=False),
        sa.Column("season_from", sa.String(5)),
        sa.Column("season_to", sa.String(5)),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer, primary_key=True),
        _resource_id(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("read_on", sa.Date, nullable=False),
    )
    op.create_table(
        "blocked_number",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(20), nullable=False, unique=True),
        sa.Column("printed", sa.Text, nullable=False),
        sa.Column("why_en", sa.Text, nullable=False),
        sa.Column("why_fr", sa.Text),
    )
    applied = op.create_table(
        "applied_content",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("content_hash", sa.String(64)),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True)),
    )
    op.bulk_insert(applied, [{"id": 1, "revision": 0}])


def downgrade() -> None:
    """Drop the directory's tables."""
    for table in ("applied_content", "blocked_number", "source", "opening_block", "contact", "resource"):
        op.drop_table(table)


def _resource_id() -> sa.Column[int]:
    return sa.Column(
        "resource_id",
        sa.Integer,
        sa.ForeignKey("resource.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    )
