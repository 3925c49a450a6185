"""Senders and templates of channels other than email."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("senders", sa.Column("channel", sa.Text(), server_default="email", nullable=False))
    empty = sa.text("'[]'")
    op.add_column("senders", sa.Column("pool", postgresql.JSONB(), server_default=empty, nullable=False))
    op.drop_constraint("uq_senders_address", "senders")
    op.create_unique_constraint("uq_senders_channel_address", "senders", ["channel", "address"])
    for table in ("templates", "contents"):
        nothing = sa.text("'{}'")
        op.add_column(table, sa.Column("extras", postgresql.JSONB(), server_default=nothing, nullable=False))
    op.drop_constraint("ck_templates_kind", "templates")
    op.create_check_constraint("ck_templates_kind", "templates", "kind IN ('mjml', 'html', 'text', 'short')")
