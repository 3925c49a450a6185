"""Seed addresses, which get a copy of every campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

KINDS = "kind IN ('campaign', 'test', 'seed', 'consent', 'service', 'reply', 'journey', 'api')"


def upgrade() -> None:
    op.create_table(
        "seeds",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("address_key", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("as_recipient", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seeds")),
        sa.UniqueConstraint("channel", "address_key", name=op.f("uq_seeds_channel_address_key")),
    )
    op.drop_constraint(op.f("ck_origins_kind"), "origins")
    op.create_check_constraint(op.f("ck_origins_kind"), "origins", KINDS)
