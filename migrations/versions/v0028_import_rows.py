"""An address says from which row of which file it came."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("identities", sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.add_column("identities", sa.Column("import_row", sa.Integer(), nullable=True))
