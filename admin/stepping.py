"""The wizard's part “If not reached, then by …”: a campaign's later channels as form fields, and back."""

from dataclasses import dataclass
from math import isfinite

from flask import request

from admin.access import by
from admin.context import reading, writing
from admin.words import say
from channels.known import CHANNELS
from core.errors import Problem
from core.queries import campaigns as queries
from core.queries import steps as known
from core.queries import templates
from core.rules.steps import MOST_STEPS
from core.services import senders, steps
from core.services.steps import Wanted
from core.tables.campaigns import Campaign
from texts import _
from texts.segments import channel

HOUR = 3600
USUAL_HOURS = 24.0
MANY = 500
SILENT, UNREAD, FAILED = "silent", "unread", "failed"


@dataclass(frozen=True, slots=True)
class Fields:
    """One step as it is filled in."""

    sender_id: int | None = None
    template_id: int | None = None
    hours: float = USUAL_HOURS
    when: str = SILENT


def shown(campaign: Campaign) -> dict[str, object]:
    """What the part offers: senders of the other channels, whatever they can carry, and what is chosen so far."""
    session = reading()
    others = [one for one in senders.everyone(session) if one.channel != campaign.channel]
    kinds = frozenset().union(*(CHANNELS[one.channel].kinds for one in others))
    return {
        "steps": _filled_in() if request.method == "POST" else _kept(campaign),
        "senders": [(one.id, f"{channel(one.channel)}: {one.name} ({one.address})") for one in others],
        "templates": [(one.id, one.name) for one in templates.page(session, limit=MANY, kinds=kinds)] if others else [],
        "rules": [
            (SILENT, _("Failed, or no sign of life")),
            (UNREAD, _("Failed, or no sign of life and not read")),
            (FAILED, _("Failed only")),
        ],
    }


def put(campaign_id: int) -> bool:
    """Save what was filled in; False if the page has to say why not."""
    filled = [one for one in _filled_in() if one.sender_id]
    try:
        with writing() as session:
            campaign = queries.get(session, campaign_id)
            if not filled and not known.of_campaign(session, campaign_id):
                return True
            wanted = [_wanted(one, senders.get(session, one.sender_id or 0).channel) for one in filled]
            steps.put(session, campaign_id, wanted, version=campaign.version, channels=CHANNELS, by=by())
    except Problem as problem:
        say(problem)
        return False
    return True


def _filled_in() -> list[Fields]:
    return [_field(f"step{number}_") for number in range(1, MOST_STEPS + 1)]


def _field(prefix: str) -> Fields:
    return Fields(
        request.form.get(prefix + "sender", None, type=int),
        request.form.get(prefix + "template", None, type=int),
        request.form.get(prefix + "hours", USUAL_HOURS, type=float),
        request.form.get(prefix + "when", SILENT),
    )


def _kept(campaign: Campaign) -> list[Fields]:
    kept = [
        Fields(step.sender_id, step.template_id, step.after_seconds / HOUR, _when(step.silent, step.unread))
        for step in known.of_campaign(reading(), campaign.id)
    ]
    return [*kept, *(Fields() for _ in range(MOST_STEPS - len(kept)))]


def _when(silent: bool, unread: bool) -> str:
    if not silent:
        return FAILED
    return UNREAD if unread else SILENT


def _wanted(one: Fields, on: str) -> Wanted:
    seconds = int(one.hours * HOUR) if isfinite(one.hours) else -1
    return Wanted(on, one.template_id or 0, one.sender_id or 0, seconds, one.when != FAILED, one.when == UNREAD)
