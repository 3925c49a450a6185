"""What is asked of an installation as a whole: whether it holds anything, and who else is at its database."""

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from core.tables.campaigns import Campaign, SenderRow
from core.tables.contacts import Contact
from core.tables.deliveries import Delivery
from core.tables.segments import Segment
from core.tables.suppression import Suppression
from core.tables.templates import Template

WORTH_KEEPING = (Contact, Campaign, Delivery, Segment, Template, SenderRow, Suppression)
"""What a first start does not make: any row in one of these was somebody's work."""


def tables(session: Session) -> int:
    """How many tables of ours there are; none before the first start."""
    return session.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) or 0


def schema_version(session: Session) -> str:
    return str(session.scalar(text("SELECT version_num FROM public.alembic_version")))


def filled(session: Session) -> bool:
    """Whether something in it was somebody's work; an older version may not have every table."""
    for table in WORTH_KEEPING:
        there = session.scalar(select(func.to_regclass(f"public.{table.__tablename__}").is_not(None)))
        if there and session.scalar(select(exists(select(table.id)))):
            return True
    return False


def others(session: Session) -> int:
    """Connections to this database that are not ours."""
    statement = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()"
    )
    return session.scalar(text(statement)) or 0
