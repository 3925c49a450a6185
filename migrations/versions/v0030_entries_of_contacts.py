"""Finding a person's entries beside those of their address, which a page of a list asks for row by row."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_index(
        "ix_suppressions_contact_id",
        "suppressions",
        ["contact_id"],
        postgresql_where=sa.text("address_key IS NOT NULL"),
    )
