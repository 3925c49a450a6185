"""Conversations: what was written, where operators answer, and invitations that tie a chat to a contact."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _conversations()
    _messages()
    op.create_table(
        "invitations",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_invitations_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_contact_id"), "invitations", ["contact_id"])


def _conversations() -> None:
    op.add_column("conversations", sa.Column("unanswered_since", INSTANT, nullable=True))
    op.add_column("conversations", sa.Column("desk_chat_id", sa.BigInteger(), nullable=True))
    op.add_column("conversations", sa.Column("desk_topic_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_conversations_desk_chat_id_desk_topic_id"), "conversations", ["desk_chat_id", "desk_topic_id"]
    )
    op.create_index("ix_conversations_last_inbound_at", "conversations", ["last_inbound_at"])
    op.create_index(
        "ix_conversations_unanswered_since",
        "conversations",
        ["unanswered_since"],
        postgresql_where=sa.text("unanswered_since IS NOT NULL"),
    )


def _messages() -> None:
    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("written_by", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_conversation_messages_direction")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_conversation_messages_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_messages")),
    )
    op.create_index("ix_conversation_messages_identity_id_id", "conversation_messages", ["identity_id", "id"])
    op.create_table(
        "desk_messages",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_desk_messages_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_desk_messages")),
    )
    op.create_index(op.f("ix_desk_messages_identity_id"), "desk_messages", ["identity_id"])
