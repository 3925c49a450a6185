"""Opens and clicks that are counted without knowing whom."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["origin_id"], ["origins.id"], name=op.f("fk_tallies_origin_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("origin_id", "kind", "link_id", "actor", name=op.f("pk_tallies")),
    )
