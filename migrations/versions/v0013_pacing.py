"""The daily limit decides by its figures: what is counted, what was decided, and what a person released."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

SCOPES = "scope IN ('campaign', 'sender', 'channel', 'marketing', 'account')"


def upgrade() -> None:
    op.add_column("daily_limits", sa.Column("tests", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("daily_limits", sa.Column("action", sa.Text(), server_default=sa.text("'given'"), nullable=False))
    op.alter_column("daily_limits", "action", server_default=None)
    op.add_column("daily_limits", sa.Column("counted", postgresql.JSONB(), nullable=True))
    op.add_column("daily_limits", sa.Column("released", postgresql.JSONB(), nullable=True))
    op.add_column("batches", sa.Column("day", sa.Date(), nullable=True))
    op.create_index("ix_attempts_refused", "attempts", ["at"], postgresql_where=sa.text("outcome = 'refused'"))
    op.create_index("ix_attempts_at", "attempts", ["at"], postgresql_using="brin")
    op.create_index(
        "ix_events_against", "events", ["recorded_at"], postgresql_where=sa.text("kind IN ('bounced', 'complained')")
    )
    op.drop_constraint(op.f("ck_gates_scope"), "gates")
    op.create_check_constraint(op.f("ck_gates_scope"), "gates", SCOPES)
