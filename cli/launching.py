"""What commands that launch have in common: the preview as a table, and the question whether it is meant."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from channels.known import CHANNELS
from channels.outside import outside
from cli.context import Opened
from cli.finding import found
from cli.output import grouped
from core.queries import campaigns as queries
from core.queries import domains
from core.services import campaigns
from core.services.campaigns import Preview
from core.tables.campaigns import Campaign
from texts import _
from texts.approvals import approval
from texts.costs import cost_lines
from texts.domains import worry
from texts.reasons import reason
from texts.seeds import seed_lines
from texts.steps import step_lines

Which = Annotated[str, typer.Argument(metavar="CAMPAIGN", help=_("The campaign's number or name."))]


def previewed(door: Opened, which: str) -> tuple[int, Preview]:
    with door.sessions() as session:
        campaign_id = found(session, Campaign, which).id
        return campaign_id, campaigns.preview(session, campaign_id, datetime.now(UTC), channels=CHANNELS)


def worries(door: Opened, campaign_id: int) -> list[str]:
    """What to know of the sender's domain before letters leave, in words; nothing where all is well."""
    with door.sessions() as session:
        sender_id = queries.get(session, campaign_id).sender_id
        return worry(domains.worry(session, sender_id, outside(door.settings)))


def show(looked: Preview, worried: Sequence[str]) -> None:
    rows = [(_("get the message"), looked.reachable)]
    if looked.asked:
        rows.append((_("are asked for consent first, and get it as soon as they say yes"), looked.asked))
    rows += [(reason(code), count) for code, count in sorted(looked.skipped.items(), key=lambda one: -one[1])]
    rows.append((_("are excluded from the start"), looked.excluded))
    for words, count in rows:
        print(f"{grouped(count):>12}  {words}")
    for line in (*cost_lines(looked.cost), *step_lines(looked.steps), *seed_lines(looked.seeds)):
        print(line)
    for line in worried:
        print(line)
    if looked.approval:
        print(approval(looked.approved_by))


def send_now(looked: Preview) -> str:
    return _("Send it to %(count)s people now?", count=grouped(looked.reachable))


def agrees(question: str, as_json: bool) -> bool:
    return not as_json and sys.stdin.isatty() and typer.confirm(question)


def table(looked: Preview, worried: Sequence[str]) -> dict[str, object]:
    return {
        "chosen": looked.chosen,
        "reachable": looked.reachable,
        "asked": looked.asked,
        "reasons": looked.reasons,
        "excluded": looked.excluded,
        "confirmation": looked.confirmation,
        "seeds": [{"address": one.seed.address, "reason": one.reason} for one in looked.seeds],
        "worries": list(worried),
        "steps": [
            {"channel": one.step.channel, "at_most": one.reachable, "reasons": one.reasons} for one in looked.steps
        ],
    }


def told(campaign: Campaign) -> dict[str, object]:
    return {"id": campaign.id, "name": campaign.name, "state": campaign.state}
