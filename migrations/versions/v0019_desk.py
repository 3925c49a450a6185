"""What customers write waits until operators have it in their chat."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("conversation_messages", sa.Column("key", sa.Text(), nullable=True))
    op.add_column(
        "conversation_messages", sa.Column("for_desk", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_conversation_messages_for_desk", "conversation_messages", ["id"], postgresql_where=sa.text("for_desk")
    )
