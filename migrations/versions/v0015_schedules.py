"""Launches at a time, and what operators are told when one is refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("scheduled_by", sa.Text(), nullable=True))
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_notices_campaign_id"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_notices_untold", "notices", ["id"], postgresql_where=sa.text("told_at IS NULL"))
    op.create_index("ix_notices_unread", "notices", ["id"], postgresql_where=sa.text("read_at IS NULL"))
    op.create_index("ix_notices_campaign_id", "notices", ["campaign_id"])
