"""Series of campaigns, and which run of which series a campaign is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
INSTANT = sa.DateTime(timezone=True)
FOREIGN = ("template_id", "templates"), ("sender_id", "senders"), ("content_id", "contents")


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("rhythm", postgresql.JSONB(), nullable=False),
        sa.Column("date_rule", postgresql.JSONB(), nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=True),
        sa.Column("sender_id", sa.BigInteger(), nullable=True),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("include", postgresql.JSONB(), nullable=False),
        sa.Column("exclude", postgresql.JSONB(), nullable=False),
        sa.Column("audience", postgresql.JSONB(), nullable=False),
        sa.Column("consent_required", sa.Boolean(), nullable=False),
        sa.Column("in_doubt_policy", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('active', 'paused', 'ended')", name=op.f("ck_series_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_series_{column}"))
            for column, table in FOREIGN
        ),
    )
    op.create_index("ix_series_due", "series", ["next_at"], postgresql_where=sa.text("state = 'active'"))
    op.add_column("campaigns", sa.Column("series_id", sa.BigInteger(), nullable=True))
    op.add_column("campaigns", sa.Column("occurrence", sa.Date(), nullable=True))
    op.create_foreign_key(op.f("fk_campaigns_series_id"), "campaigns", "series", ["series_id"], ["id"])
    op.create_unique_constraint(op.f("uq_campaigns_series_id_occurrence"), "campaigns", ["series_id", "occurrence"])
