"""The numbers among a draft's chosen that need a look, in a terminal."""

from datetime import UTC, datetime

from channels.known import CHANNELS
from cli.context import Opened
from cli.output import grouped
from core.queries import campaigns, numbers
from core.queries.numbers import Doubtful, Numbers
from texts import _, ngettext
from texts.numbers import origin
from texts.reasons import reason


def look_at_numbers(door: Opened, campaign_id: int) -> Numbers:
    with door.sessions() as session:
        campaign = campaigns.get(session, campaign_id)
        return numbers.look(session, campaign, datetime.now(UTC), traits=CHANNELS[campaign.channel])


def show_numbers(doubtful: Numbers) -> None:
    print()
    for why, count in doubtful.counts.items():
        print(f"{grouped(count):>12}  {reason(why)}")
    for one in doubtful.first:
        print(f"{one.number or '–':<17} {one.name or f'#{one.contact_id}'}: {reason(one.reason)}{came(one)}")
    print(said(doubtful))


def came(one: Doubtful) -> str:
    return f" ({where})" if (where := origin(one)) else ""


def said(doubtful: Numbers) -> str:
    if not doubtful.total:
        return _("No number is invalid, a landline's, in a country that is not allowed, or there twice.")
    return ngettext("%(n)s number needs a look.", "%(n)s numbers need a look.", doubtful.total)
