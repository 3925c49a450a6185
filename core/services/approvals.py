"""Above a set size a launch takes two people: each presses for exactly the same content and audience."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.queries import approvals as queries
from core.queries import settings as business
from core.rules import confirmation
from core.services import audit, notices
from core.tables.campaigns import Campaign

PEOPLE = 2


def is_needed(session: Session, chosen: int) -> bool:
    """Whether so many recipients take a second person."""
    above = business.value(session, "approval_above")
    return above is not None and chosen > above


def behind(session: Session, campaign_id: int, given: str) -> dict[int, str]:
    return queries.behind(session, campaign_id, given, float(business.value(session, "audience_tolerance")))


def suffice(session: Session, campaign: Campaign, given: str, *, by: str, now: datetime) -> bool:
    """Whether enough people stand behind this confirmation, whoever presses being one of them.

    The first press is kept, and those who may launch are told, once. One person counts once, through whatever door;
    the command is no person, and needs two behind it.
    """
    if not is_needed(session, confirmation.chosen(given) or 0):
        return True
    operator_id = queries.person(session, by)
    first = operator_id is not None and queries.add(session, campaign.id, given, operator_id)
    if first:
        audit.note(session, by, "approve", f"campaign:{campaign.id}", confirmation=given)
    people = behind(session, campaign.id, given)
    if len(people) >= PEOPLE:
        return True
    if first and people:
        params = {"name": campaign.name, "who": ", ".join(people.values()), "count": confirmation.chosen(given)}
        notices.tell(session, "approval_wanted", params, now=now, campaign_id=campaign.id)
    return False
