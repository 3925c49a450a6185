"""A campaign's later channels: said of a draft, frozen with it, and tried for whom the one before did not reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Refused
from core.ports import Channels
from core.queries import audience, deliveries
from core.queries import campaigns as campaigns_queries
from core.queries import settings as business
from core.queries import steps as queries
from core.queries.audience import Leg
from core.queries.capping import cap_for
from core.rules import steps as rules
from core.services import audit, copies, costs, drafts, origins
from core.services.costs import Cost
from core.services.fitting import fitting, saved, traits_for
from core.services.marking import marked_for
from core.tables.campaigns import Campaign
from core.tables.contents import ContentRow
from core.tables.steps import CampaignStep
from core.vocabulary import CampaignState, Reason

CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A later step as a person says it; see `CampaignStep`."""

    channel: str
    template_id: int
    sender_id: int
    after_seconds: int
    silent: bool = True
    unread: bool = False


@dataclass(frozen=True, slots=True)
class StepPreview:
    """Whom a later step would reach at worst, if the steps before reached nobody, by reason, and what that costs."""

    step: CampaignStep
    reachable: int
    reasons: dict[Reason, int]
    cost: Cost | None


def put(
    session: Session, campaign_id: int, wanted: Sequence[Wanted], *, version: int, channels: Channels, by: str
) -> Campaign:
    """The later steps of a draft, in place of those it had; none makes it a campaign on one channel.

    Raises Refused as `campaigns.change` does, and for what could not work: too many, a channel twice, a letter or a
    sender of another channel, or a wait for what the channel before cannot tell.
    """
    campaign = drafts.locked(session, campaign_id, version=version)
    if len(wanted) > rules.MOST_STEPS:
        raise Refused("step.too_many", most=rules.MOST_STEPS)
    session.execute(delete(CampaignStep).where(CampaignStep.campaign_id == campaign_id))
    made = [_made(campaign_id, number, one) for number, one in enumerate(wanted, 1)]
    _check(session, campaign, made, channels)
    session.add_all(made)
    campaign.version += 1
    campaign.updated_at = func.now()
    audit.note(session, by, "steps", f"campaign:{campaign_id}", channels=[one.channel for one in wanted])
    return campaign


def check(session: Session, campaign: Campaign, channels: Channels) -> None:
    """Raise Refused or Invalid for a step that could not work."""
    _check(session, campaign, queries.of_campaign(session, campaign.id), channels)


def letters(session: Session, campaign: Campaign) -> list[ContentRow]:
    """One for each step, the frozen one or as last saved; raise Refused naming what one lacks to be sent."""
    return [_letter(session, campaign, step) for step in queries.of_campaign(session, campaign.id)]


def keep(session: Session, campaign: Campaign) -> None:
    """Each step keeps its letter as it is."""
    for step in queries.of_campaign(session, campaign.id):
        step.content_id = marked_for(session, campaign, _letter(session, campaign, step)).id


def let_go(session: Session, campaign: Campaign) -> None:
    """A draft again: letters are those last saved."""
    for step in queries.of_campaign(session, campaign.id):
        step.content_id = None


def previews(
    session: Session,
    campaign: Campaign,
    letters: Sequence[ContentRow],
    frozen: audience.Frozen,
    now: datetime,
    *,
    channels: Channels,
) -> list[StepPreview]:
    """The table of each later step, as it would be for everybody chosen."""
    found = []
    for step, content in zip(queries.of_campaign(session, campaign.id), letters, strict=True):
        way, traits = leg(campaign, step), traits_for(channels, step.channel, content)
        counts = audience.by_reason(session, way, frozen, content.required, now, traits=traits)
        cost = costs.estimate(session, way, content, frozen, now=now, traits=traits)
        found.append(StepPreview(step, counts.reachable, counts.reasons, cost))
    return found


def freeze(session: Session, campaign: Campaign, channels: Channels) -> None:
    """At the launch: each step keeps its letter as it is, and gets an origin for its deliveries."""
    check(session, campaign, channels)
    keep(session, campaign)
    for step in queries.of_campaign(session, campaign.id):
        step.origin_id = origins.of_campaign(session, campaign, step.channel, step.sender_id)


def leg(campaign: Campaign, step: CampaignStep) -> Leg:
    return Leg(
        step.channel,
        campaign.purpose,
        campaign.consent_required,
        step.origin_id,
        step.content_id,
        step.step,
        campaign.settings,
        campaign.topic,
    )


def advance(sessions: Sessions, now: datetime, *, channels: Channels) -> int:
    """Look through a chunk of each campaign whose steps are due for a look; returns how many campaigns those were."""
    with sessions() as session:
        waiting = queries.to_look(session, now)
    for campaign_id in waiting:
        _advance(sessions, campaign_id, now, channels)
    return len(waiting)


def are_through(session: Session, campaign: Campaign, now: datetime) -> bool:
    """Whether nobody needs a later step any more; what has changed since the last round is looked at again."""
    before = [campaign.origin_id] if campaign.origin_id is not None else []
    for step in queries.of_campaign(session, campaign.id):
        if step.origin_id is None:
            return True
        if session.scalar(queries.undecided(step, before, now)):
            step.through_at = None
            return False
        before.append(step.origin_id)
    return True


def _advance(sessions: Sessions, campaign_id: int, now: datetime, channels: Channels) -> None:
    with sessions.begin() as session:
        campaign = campaigns_queries.locked(session, campaign_id)
        if campaign.state != CampaignState.SENDING or campaign.origin_id is None:
            return
        before = [campaign.origin_id]
        for step in queries.of_campaign(session, campaign_id):
            if step.look_at is None or step.look_at <= now:
                _look(session, campaign, step, before, now, channels=channels)
            assert step.origin_id is not None
            before.append(step.origin_id)


def _look(
    session: Session, campaign: Campaign, step: CampaignStep, before: list[int], now: datetime, *, channels: Channels
) -> None:
    """One chunk of a round; at its end the next round is set, and whether anybody is left is known."""
    begun = step.walked_up_to == 0
    if begun:
        session.execute(queries.withdraw(step, before))
    upto = session.scalar(queries.end_of_chunk(before[-1], step.walked_up_to, CHUNK))
    if upto is not None:
        content = session.get_one(ContentRow, step.content_id)
        way, traits = leg(campaign, step), traits_for(channels, step.channel, content)
        statement = queries.take(
            way,
            step,
            before,
            upto=upto,
            required=content.required,
            now=now,
            traits=traits,
            cap=cap_for(session, campaign.purpose, campaign.settings),
        )
        session.execute(statement)
        session.execute(deliveries.open_origin(step.origin_id or 0))
        if session.scalar(queries.is_taken(step)):
            copies.give(session, campaign, way, step.sender_id, now, required=content.required, traits=traits)
        step.walked_up_to = upto
        if session.scalar(queries.end_of_chunk(before[-1], upto, 1)) is not None:
            return
    done = campaign.prepared_at is not None and not session.scalar(queries.undecided(step, before, now))
    step.walked_up_to, step.look_at = 0, now + rules.pause(step.after_seconds, is_long=not begun)
    step.through_at = now if done else None


def _check(session: Session, campaign: Campaign, steps: Sequence[CampaignStep], channels: Channels) -> None:
    tracking = campaign.settings.get("tracking") or business.value(session, "tracking")
    before, seen = campaign.channel, {campaign.channel}
    for step in steps:
        if step.channel in seen:
            raise Refused("step.same_channel", name=campaign.name, channel=step.channel)
        seen.add(step.channel)
        letter = _letter(session, campaign, step)
        fitting(session, channels, step.channel, letter, step.sender_id, campaign=campaign.name)
        rules.check_wait(step.after_seconds)
        known = traits_for(channels, before, letter)
        rules.check_sight(known, tracking, silent=step.silent, unread=step.unread)
        before = step.channel


def _made(campaign_id: int, number: int, wanted: Wanted) -> CampaignStep:
    return CampaignStep(
        campaign_id=campaign_id,
        step=number,
        channel=wanted.channel,
        template_id=wanted.template_id,
        sender_id=wanted.sender_id,
        after_seconds=wanted.after_seconds,
        silent=wanted.silent,
        unread=wanted.unread,
    )


def _letter(session: Session, campaign: Campaign, step: CampaignStep) -> ContentRow:
    """The frozen one, or the template's as last saved."""
    if step.content_id is not None:
        return session.get_one(ContentRow, step.content_id)
    return saved(session, step.template_id, step.sender_id, campaign=campaign.name)
