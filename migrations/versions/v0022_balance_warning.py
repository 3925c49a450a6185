"""Operators are told before a balance is out."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("balances", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
