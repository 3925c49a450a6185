"""Events: what the provider says it has after all."""

from alembic import op

revision = "0006"
down_revision = "0005"

KINDS = (
    "opened",
    "clicked",
    "accepted",
    "delivered",
    "bounced",
    "complained",
    "unsubscribed",
    "replied",
    "started",
    "blocked",
    "unblocked",
)


def upgrade() -> None:
    op.drop_constraint("ck_events_kind", "events")
    op.create_check_constraint("ck_events_kind", "events", f"kind IN ({', '.join(repr(kind) for kind in KINDS)})")
