"""`sendbote campaign schedule` and `unschedule`: a launch at a time, and the way back."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from channels.outside import outside
from cli.context import opened
from cli.finding import found
from cli.launching import Which, agrees, previewed, show, told, worries
from cli.output import BY, AsJson, print_json
from core.queries import settings as business
from core.rules import wall
from core.services import schedules
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignState
from texts import _
from texts.approvals import waits
from texts.times import moment


def add_to(app: typer.Typer) -> None:
    """These are commands about campaigns, like those that launch at once."""
    app.command(help=_("Show whom it reaches now, ask, and launch it at a time."))(schedule)
    app.command(help=_("Make a scheduled campaign a draft again."))(unschedule)


def schedule(
    which: Which,
    at: Annotated[
        str, typer.Argument(metavar="AT", help=_("By the account's clock, such as “2026-12-01 09:00”; or with +01:00."))
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Schedule without asking."))] = False,
    part: Annotated[bool, typer.Option("--part", help=_("Also if the balance lasts for a part only."))] = False,
    confirmation: Annotated[
        str | None, typer.Option(help=_("What “preview --json” gave: schedules only if nothing has changed since."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        with door.sessions() as session:
            zone = ZoneInfo(business.value(session, "timezone"))
            campaign_id, when = found(session, Campaign, which).id, wall.read(at, zone)
        if confirmation is None:
            _campaign_id, looked = previewed(door, which)
            if not as_json:
                show(looked, worries(door, campaign_id))
                print(_("That is now. At its time the segments are evaluated afresh."))
            question = _("Launch it at its time: %(at)s?", at=moment(when, zone))
            if not yes and not agrees(question, as_json):
                print_json({"scheduled": False}) if as_json else print(_("Nothing was scheduled. To do so: add --yes."))
                raise typer.Exit(1)
            confirmation = looked.confirmation
        with door.sessions.begin() as session:
            planned = schedules.schedule(
                session,
                campaign_id,
                when,
                confirmation=confirmation,
                outside=outside(door.settings),
                by=BY,
                now=datetime.now(UTC),
                part=part,
            )
            waiting = planned.state == CampaignState.DRAFT
            said = told(planned) | {"at": when, "scheduled": not waiting}
    if waiting:
        print_json(said) if as_json else print(waits(planned.name))
        raise typer.Exit(1)
    print_json(said) if as_json else print(
        _("“%(name)s” will be launched: %(at)s.", name=said["name"], at=moment(when, zone))
    )


def unschedule(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        said = told(schedules.unschedule(session, found(session, Campaign, which).id, by=BY))
    print_json(said) if as_json else print(_("“%(name)s” is a draft again.", **said))
