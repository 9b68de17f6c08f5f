"""Conversations and turns.

Revision ID: 0002_turns
Revises: 0001_directory
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_turns"
down_revision = "0001_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("pinned", sa.String(10), nullable=False),
        sa.Column("checkin_open", sa.Boolean, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "turn",
        sa.Column(
            "conversation_id",
            sa.String(80),
            sa.ForeignKey("conversation.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.String(80), nullable=False),
        sa.Column("fingerprint", sa.String(80), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("answer", sa.JSON),
        sa.UniqueConstraint("conversation_id", "message_id"),
    )
    op.create_table(
        "wrong_number_report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("contact", sa.String(200)),
        sa.Column("reported_on", sa.Date, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("wrong_number_report")
    op.drop_table("turn")
    op.drop_table("conversation")
