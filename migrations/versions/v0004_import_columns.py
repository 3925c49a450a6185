"""Imports: the header of the file, kept when the file is gone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("imports", sa.Column("columns", postgresql.JSONB(), nullable=True))
