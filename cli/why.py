"""`sendbote why`: the whole story of one recipient of a campaign, in order."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.context import opened
from cli.finding import found
from cli.output import AsJson, print_json
from core.queries import settings as business
from core.queries import story
from core.tables.campaigns import Campaign
from texts import _
from texts.story import step

app = typer.Typer(add_completion=False)


@app.command(help=_("Tell what became of one recipient of a campaign, and why."))
def why(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help=_("The campaign's number or name."))],
    address: str,
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions() as session:
        asked = found(session, Campaign, campaign)
        hashing, country = door.keys.addresses, door.settings.default_country
        told = story.of_person(session, asked.id, address, datetime.now(UTC), hashing=hashing, country=country)
        zone = ZoneInfo(business.value(session, "timezone"))
    if as_json:
        steps = [{"at": one.at, "code": one.code, **one.params} for one in told.steps]
        print_json({"campaign": told.campaign.id, "contact": told.contact_id, "steps": steps})
        return
    for one in told.steps:
        until = one.params.get("until")
        print(f"{_moment(one.at, zone):<17} {step(one.code, one.params, _moment(until, zone))}")


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
