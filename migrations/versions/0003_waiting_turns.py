"""Find the few turns that wait for an answer without reading them all.

Revision ID: 0003_waiting_turns
Revises: 0002_turns
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_waiting_turns"
down_revision = "0002_turns"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("answer IS NULL")


def upgrade() -> None:
    op.create_index(
        "turn_waiting", "turn", ["conversation_id", "seq"], sqlite_where=UNANSWERED, postgresql_where=UNANSWERED
    )


def downgrade() -> None:
    op.drop_index("turn_waiting", "turn")
