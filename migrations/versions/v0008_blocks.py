"""Letters made of blocks, and pictures for them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # The name was doubled by the naming convention when short messages came.
    op.execute("ALTER TABLE templates DROP CONSTRAINT IF EXISTS ck_templates_ck_templates_kind")
    op.execute("ALTER TABLE templates DROP CONSTRAINT IF EXISTS ck_templates_kind")
    op.create_check_constraint(
        op.f("ck_templates_kind"), "templates", "kind IN ('blocks', 'mjml', 'html', 'text', 'short')"
    )
    op.create_table(
        "pictures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("name", name=op.f("uq_pictures_name")),
    )
