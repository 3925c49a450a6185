"""Copies of letters that were received, and say how these arrived."""

from alembic import op

revision = "0031"
down_revision = "0030"

KINDS = (
    "kind IN ('opened', 'clicked', 'accepted', 'delivered', 'delayed', 'bounced', 'complained', 'unsubscribed', "
    "'replied', 'autoreplied', 'arrived', 'unread', 'started', 'blocked', 'unblocked')"
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_events_kind"), "events")
    op.create_check_constraint(op.f("ck_events_kind"), "events", KINDS)
