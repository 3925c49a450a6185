"""A limit that a person sets below what has left of a day already."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("daily_limits", sa.Column("meant", sa.Integer()))
