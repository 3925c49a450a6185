"""A campaign may have a second and a third channel."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

SCOPES = "scope IN ('campaign', 'step', 'sender', 'channel', 'marketing', 'account')"


def upgrade() -> None:
    op.create_table(
        "campaign_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("after_seconds", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("unread", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=True),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column("walked_up_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("through_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("step > 0", name=op.f("ck_campaign_steps_step")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_steps_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], name=op.f("fk_campaign_steps_template_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_campaign_steps_sender_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_campaign_steps_content_id")),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["origins.id"], name=op.f("fk_campaign_steps_origin_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_steps")),
        sa.UniqueConstraint("campaign_id", "step", name=op.f("uq_campaign_steps_campaign_id_step")),
        sa.UniqueConstraint("origin_id", name=op.f("uq_campaign_steps_origin_id")),
    )
    op.drop_constraint(op.f("ck_gates_scope"), "gates")
    op.create_check_constraint(op.f("ck_gates_scope"), "gates", SCOPES)
