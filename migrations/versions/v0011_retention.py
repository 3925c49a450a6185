"""Retention: what deleted opens and clicks said in sum, and up to where an origin's events are summed up."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "forgotten_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["origins.id"], name="fk_forgotten_events_origin_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forgotten_events"),
    )
    op.create_index("ix_forgotten_events_origin_id", "forgotten_events", ["origin_id"])
    op.add_column("origins", sa.Column("events_summed_up_to", sa.BigInteger(), server_default="0", nullable=False))
