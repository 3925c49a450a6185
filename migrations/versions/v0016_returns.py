"""What comes back knows more kinds: not delivered yet, and answered by a machine."""

from alembic import op

revision = "0016"
down_revision = "0015"

KINDS = (
    "kind IN ('opened', 'clicked', 'accepted', 'delivered', 'delayed', 'bounced', 'complained', 'unsubscribed', "
    "'replied', 'autoreplied', 'started', 'blocked', 'unblocked')"
)


def upgrade() -> None:
    for name in ("ck_events_kind", "ck_events_ck_events_kind"):
        op.execute(f"ALTER TABLE events DROP CONSTRAINT IF EXISTS {name}")
    op.create_check_constraint(op.f("ck_events_kind"), "events", KINDS)
