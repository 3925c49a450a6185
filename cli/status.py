"""`sendbote status`: how a campaign is doing, once or until it ends."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from cli.context import opened
from cli.finding import found
from cli.output import AsJson, grouped, print_json
from core.queries import campaigns as queries
from core.queries import forecast, statistics, steps, waits
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignState
from texts import _
from texts.gates import gate
from texts.pacing import foretold
from texts.reasons import reason, state
from texts.steps import told as told_step

app = typer.Typer(add_completion=False)
LOOK_SECONDS = 1.0
RECENT = 5
ENDED = (CampaignState.SENT, CampaignState.CANCELLED)


@app.command(help=_("Show how campaigns are doing."))
def status(
    which: Annotated[
        str | None, typer.Argument(metavar="CAMPAIGN", help=_("Its number or name; else what runs, and the last ones."))
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help=_("Follow it until it ends."))] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        while True:
            with door.sessions() as session:
                chosen = [found(session, Campaign, which)] if which else queries.page(session, limit=RECENT)
                told = [_told(session, campaign) for campaign in chosen]
            if as_json:
                print_json(told[0] if which else told)
            else:
                print("\n\n".join(map(_words, told)) or _("There is no campaign yet."))
            if not watch or all(one["state"] in (*ENDED, CampaignState.DRAFT) for one in told):
                return
            time.sleep(LOOK_SECONDS)
            if not as_json:
                print()


def _told(session: Session, campaign: Campaign) -> dict[str, Any]:
    figures, now = statistics.figures(session, campaign.id), datetime.now(UTC)
    waiting = waits.of_campaign(session, campaign, figures, now)
    foreseen = forecast.of_campaign(session, campaign, figures, now)
    return {
        "id": campaign.id,
        "name": campaign.name,
        "state": campaign.state,
        "recipients": figures.recipients,
        "prepared": figures.prepared,
        "sent": figures.sent,
        "waiting": figures.waiting,
        "errors": figures.errors,
        "read": figures.read,
        "clicks": figures.clicks,
        "clickers": figures.clickers,
        "unsubscribed": figures.unsubscribed,
        "complained": figures.complained,
        "replied": figures.replied,
        "states": figures.states,
        "reasons": figures.reasons,
        "steps": [(told_step(one), one.step.channel, one.states) for one in steps.figures(session, campaign.id)],
        "waits_for": [{"reason": one.reason, "until": one.until, "details": one.details} for one in waiting],
        "forecast": foreseen and asdict(foreseen),
    }


def _words(told: dict[str, Any]) -> str:
    errors = " (" + _("with errors") + ")" if told["errors"] else ""
    lines = [f"{told['id']}  {told['name']}  –  {state(told['state'])}{errors}"]
    for words, name in (
        (_("Recipients"), "recipients"),
        (_("Sent"), "sent"),
        (_("Waiting"), "waiting"),
        (_("Read"), "read"),
        (_("Clicks"), "clicks"),
        (_("People who clicked"), "clickers"),
        (_("Unsubscribed"), "unsubscribed"),
        (_("Reported as spam"), "complained"),
        (_("Replied"), "replied"),
    ):
        lines.append(f"{grouped(told[name]):>12}  {words}")
    lines += [f"{grouped(count):>12}  {reason(code)}" for code, count in told["reasons"].items()]
    lines += [f"  {words}" for words, _channel, _states in told["steps"]]
    lines += [f"  {gate(one['reason'], one['details'])}" for one in told["waits_for"]]
    if told["forecast"]:
        lines.append("  " + foretold(**told["forecast"]))
    return "\n".join(lines)
