"""Numbers that get no SMS are known before they are paid for."""

import sqlalchemy as sa
from alembic import op

from core.rules.contacts.phones import is_no_mobile

revision = "0033"
down_revision = "0032"

PAGE = 10_000
NUMBERS = sa.text("""
    SELECT id, address FROM identities
    WHERE channel = 'sms' AND address IS NOT NULL AND id > :after ORDER BY id LIMIT :page
""")
MARK = sa.text("UPDATE identities SET textless = true WHERE id = ANY(:ids)")


def upgrade() -> None:
    op.add_column("identities", sa.Column("textless", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    _mark()
    op.drop_index("uq_identities_live", table_name="identities")
    op.create_index(
        "uq_identities_live",
        "identities",
        ["channel", "contact_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_include=["id", "address_key", "invalid", "textless"],
    )


def _mark() -> None:
    """Of the numbers that are here already; no statement can tell, since the numbering plans are not in the database."""
    connection, after = op.get_bind(), 0
    while rows := connection.execute(NUMBERS, {"after": after, "page": PAGE}).all():
        connection.execute(MARK, {"ids": [row.id for row in rows if is_no_mobile(row.address)]})
        after = rows[-1].id
