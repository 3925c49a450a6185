"""How many messages a second each number of a sender may send."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("senders", sa.Column("per_second", sa.Float(), nullable=True))
