"""The rules of countries for short messages, and whom a campaign would write to against one of them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.queries import audience
from core.queries import settings as business
from core.queries.eligibility import country_reason, live_identity
from core.rules.countries import Country, read
from core.tables.contacts import Contact, Identity


def every(session: Session) -> list[Country]:
    return [read(beginning, found) for beginning, found in business.value(session, "countries").items()]


def concerned(session: Session, channel: str, chosen: audience.Frozen, beginning: str) -> bool:
    """Whether anybody of the audience has a number that begins so, in a country that is written to."""
    here = (audience.chosen_by(chosen), func.starts_with(Identity.address, beginning))
    found = select(Contact.id).join(Identity, live_identity(channel)).where(*here)
    return session.scalar(found.where(country_reason(channel, Identity).is_(None)).limit(1)) is not None
