"""Test mails: the contact whose values fill in the letter."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("origins", sa.Column("sample_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_origins_sample_id"), "origins", "contacts", ["sample_id"], ["id"], ondelete="SET NULL"
    )
