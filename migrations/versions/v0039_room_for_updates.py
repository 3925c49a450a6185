"""Pages of the ledger keep room for a delivery's first two updates, so that a page need not be cleared in between."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.execute("ALTER TABLE deliveries SET (fillfactor = 33)")
