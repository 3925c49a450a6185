"""A file brings in contacts, or consents that were given elsewhere."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("imports", sa.Column("kind", sa.Text(), server_default="contacts", nullable=False))
    op.add_column("imports", sa.Column("usual", JSONB(), nullable=True))
    op.create_check_constraint(op.f("ck_imports_kind"), "imports", "kind IN ('contacts', 'consents')")
