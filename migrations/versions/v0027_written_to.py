"""To which of our numbers a customer wrote last: answers come from there."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("written_to", sa.Text(), nullable=True))
