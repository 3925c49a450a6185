"""The choice of a time for a launch, and of the hours of the day that a campaign keeps to."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot import keyboards
from bot.screen import Drawn
from bot.words import heading, name, quoted
from core.queries import campaigns, settings
from core.rules.campaigns import next_state
from core.rules.offers import offers
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignAction
from texts import _
from texts.times import moment


@dataclass(frozen=True, slots=True)
class Choice:
    campaign: Campaign
    times: list[datetime]
    zone: ZoneInfo


def read(session: Session, campaign_id: int, now: datetime) -> Choice:
    """The times that are offered; raise IllegalTransition if it is scheduled or launched already."""
    campaign = campaigns.get(session, campaign_id)
    next_state(campaign.state, CampaignAction.SCHEDULE)
    zone = ZoneInfo(settings.value(session, "timezone"))
    return Choice(campaign, offers(now, zone), zone)


def drawn(choice: Choice, confirmation: str) -> Drawn:
    said = _("When is it to be launched? Times are those of %(zone)s.", zone=str(choice.zone).replace("_", " "))
    fixed = _("The letter stays as it is now. Whom the segments mean is found out when the time has come.")
    other = _("Another time: /schedule %(id)s 2026-12-01 09:00", id=choice.campaign.id)
    labels = [(at, moment(at, choice.zone)) for at in choice.times]
    text = f"{heading(quoted(name(choice.campaign.name)))}\n{quoted(said)}\n\n{quoted(fixed)}\n\n{quoted(other)}"
    return Drawn(text, keyboards.times(choice.campaign.id, confirmation, labels))


def hours_drawn(campaign: Campaign) -> Drawn:
    said = _("Between which hours of the day is it sent, by each recipient's own clock?")
    other = _("Other hours: /hours %(id)s 9:30-17:45", id=campaign.id)
    return Drawn(
        f"{heading(quoted(name(campaign.name)))}\n{quoted(said)}\n\n{quoted(other)}", keyboards.hours(campaign.id)
    )
