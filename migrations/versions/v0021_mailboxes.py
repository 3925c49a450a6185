"""Mailboxes that are read for what comes back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

KINDS = (
    "kind IN ('opened', 'clicked', 'accepted', 'delivered', 'delayed', 'bounced', 'complained', 'unsubscribed', "
    "'replied', 'autoreplied', 'unread', 'started', 'blocked', 'unblocked')"
)


def upgrade() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("params", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
    op.create_index("ix_events_by_mail", "events", ["recorded_at"], postgresql_where=sa.text("provider = 'mailbox'"))
    op.drop_constraint(op.f("ck_events_kind"), "events")
    op.create_check_constraint(op.f("ck_events_kind"), "events", KINDS)
