"""What customers and operators send beside their words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    empty = sa.text("'[]'")
    op.add_column("conversation_messages", sa.Column("media", JSONB(), server_default=empty, nullable=False))
