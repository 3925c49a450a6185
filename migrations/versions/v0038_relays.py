"""Mail servers of a sender's own."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "relays",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("sender_id", sa.BigInteger, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("port", sa.Integer, nullable=False),
        sa.Column("tls", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("weight", sa.SmallInteger, server_default=sa.text("1"), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("tls IN ('implicit', 'required', 'opportunistic', 'none')", name=op.f("ck_relays_tls")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_relays_sender_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relays")),
        sa.UniqueConstraint("sender_id", "host", "port", name=op.f("uq_relays_sender_id_host_port")),
    )
