"""Files that providers fetch, each under a name that nobody can guess."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("attachments", sa.Column("token", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_attachments_token"), "attachments", ["token"])
