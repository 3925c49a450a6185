"""Topics of interest: of campaigns, and of entries on the lists that speak of one alone."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
INSTANT = sa.DateTime(timezone=True)
INDEXES = {
    "uq_suppressions_address": ("address_key", "released_at IS NULL AND address_key IS NOT NULL"),
    "uq_suppressions_contact": (
        "contact_id",
        "released_at IS NULL AND contact_id IS NOT NULL AND address_key IS NULL",
    ),
}


def upgrade() -> None:
    op.create_table(
        "topics",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_de", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_topics")),
    )
    for table in ("campaigns", "series", "origins", "suppressions"):
        op.add_column(table, sa.Column("topic", sa.Text(), nullable=True))
    for table in ("campaigns", "series"):
        op.create_foreign_key(op.f(f"fk_{table}_topic"), table, "topics", ["topic"], ["key"])
    for name, (whom, where) in INDEXES.items():
        op.drop_index(name, "suppressions")
        op.create_index(
            name,
            "suppressions",
            [whom, "list", "channel", "purpose", "topic"],
            unique=True,
            postgresql_where=sa.text(where),
            postgresql_nulls_not_distinct=True,
        )
