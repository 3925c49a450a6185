"""Changing the rules of countries, and holding a campaign's sender to them before it is launched."""

import re
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.messages import Sender
from core.queries import audience
from core.queries import countries as queries
from core.queries import settings as business
from core.queries.eligibility import TEXTED
from core.rules.countries import BEGINNING, Country, kept
from core.services import changes
from core.services.senders import NAME, SERVICE
from core.tables.campaigns import Campaign, SenderRow

HOLIDAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])|easter[+-]\d{1,3}")
KEY = "countries"


def put(session: Session, country: Country, *, by: str) -> None:
    """Raise Invalid (`price.bad_prefix`, `country.bad_holiday`, `setting.bad_timezone`, `hours.whole_day`)."""
    if not BEGINNING.fullmatch(country.beginning):
        raise Invalid("price.bad_prefix", where="beginning", prefix=country.beginning[:20])
    wrong = next((day for day in country.holidays if not HOLIDAY.fullmatch(day)), None)
    if wrong is not None:
        raise Invalid("country.bad_holiday", where="holidays", day=wrong[:20])
    unknown = next((name for name in country.zones if name not in available_timezones()), None)
    if unknown is not None or not country.zones:
        raise Invalid("setting.bad_timezone", where="zones", name=(unknown or "")[:60])
    if country.quiet is not None and country.quiet.opens == country.quiet.closes:
        raise Invalid("hours.whole_day", where="quiet")
    rules = business.value(session, KEY)
    changes.put(session, KEY, dict(sorted({**rules, country.beginning: kept(country)}.items())), by=by)


def remove(session: Session, beginning: str, *, by: str) -> None:
    rules = business.value(session, KEY)
    changes.put(session, KEY, {name: rule for name, rule in rules.items() if name != beginning}, by=by)


def check_sender(session: Session, campaign: Campaign, chosen: audience.Frozen) -> None:
    """Raise Refused (`campaign.named_sender`) where somebody would be written to by a name that is not let through."""
    row = session.get(SenderRow, campaign.sender_id) if campaign.channel == TEXTED and campaign.sender_id else None
    if row is None:
        return
    abroad = business.value(session, "senders_by_number").get(campaign.channel, {})
    sender = Sender(row.name, row.address, abroad=tuple(sorted(abroad.items(), key=lambda one: -len(one[0]))))
    for country in queries.every(session):
        address = sender.address_for(country.beginning)
        if country.names or not NAME.fullmatch(address) or SERVICE.fullmatch(address):
            continue
        if queries.concerned(session, campaign.channel, chosen, country.beginning):
            told = {"sender": address, "beginning": country.beginning}
            raise Refused("campaign.named_sender", name=campaign.name, **told)
