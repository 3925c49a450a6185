"""Where a consent was given that was brought in from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("consents", sa.Column("source", sa.Text(), nullable=True))
