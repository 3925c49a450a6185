"""What people do with a campaign: make it, look at whom it would reach, launch, pause, resume and cancel it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.ports import Channels, Traits
from core.queries import audience, capping, deliveries, gates
from core.queries import campaigns as queries
from core.queries import settings as business
from core.queries.bell import ring
from core.queries.seeds import Standing
from core.queries.steps import origins as origins_of
from core.rules import confirmation
from core.rules.campaigns import next_state
from core.rules.hours import Hours, meet
from core.rules.outside import Outside
from core.services import approvals, asking, audit, copies, costs, countries, drafts, linking, origins, steps, topics
from core.services.costs import Cost
from core.services.fitting import check_reach, fitting, saved
from core.services.marking import marked_for
from core.services.steps import StepPreview
from core.tables.campaigns import Campaign
from core.tables.contents import ContentRow
from core.vocabulary import CHANNEL_EMAIL, CampaignState, GateScope, Purpose, Reason
from core.vocabulary import CampaignAction as A


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a launch would choose and reach, by reason; `confirmation` binds a launch to exactly this."""

    chosen: int
    reachable: int
    reasons: dict[Reason, int]
    excluded: int
    confirmation: str
    cost: Cost | None = None
    steps: Sequence[StepPreview] = ()
    """At worst: as if the steps before reached nobody."""
    approval: bool = False
    """Whether a launch takes a second person."""
    approved_by: Sequence[str] = ()
    """Who stands behind exactly this already."""
    seeds: Sequence[Standing] = ()
    """Which of our own addresses get a copy beside the recipients, and why one does not."""
    asked: int = 0
    """Who is asked for consent first, and gets the message after saying yes."""

    @property
    def skipped(self) -> dict[Reason, int]:
        """By reason, who gets nothing, whatever they might answer."""
        return dict(Counter(self.reasons) - Counter({Reason.CONSENT_MISSING: self.asked}))


def create(
    session: Session,
    *,
    name: str,
    template_id: int | None,
    sender_id: int | None,
    include: list[int],
    exclude: list[int],
    by: str,
    consent_required: bool = False,
    channel: str = CHANNEL_EMAIL,
    purpose: str = Purpose.MARKETING,
    topic: str | None = None,
) -> Campaign:
    """A draft; what is missing may be added later and is asked for at the launch."""
    topics.check(session, topic)
    campaign = Campaign(
        name=_named(name),
        channel=channel,
        purpose=purpose,
        template_id=template_id,
        sender_id=sender_id,
        include=include,
        exclude=exclude,
        topic=topic,
        consent_required=consent_required,
        created_by=by,
    )
    session.add(campaign)
    session.flush()
    audit.note(session, by, "create", f"campaign:{campaign.id}")
    return campaign


def change(session: Session, campaign_id: int, *, version: int, by: str, **fields: object) -> Campaign:
    """Change a draft; raise Refused if it is scheduled or launched, or was changed by somebody else meanwhile."""
    campaign = drafts.locked(session, campaign_id, version=version)
    if fields.get("channel", campaign.channel) != campaign.channel:
        campaign.template_id = campaign.sender_id = None
    topics.check(session, fields.get("topic"))
    for field, value in fields.items():
        if field not in CHANGEABLE:
            raise Invalid("campaign.unknown_field", where=field)
        setattr(campaign, field, value)
    campaign.name = _named(campaign.name)
    campaign.version += 1
    campaign.updated_at = func.now()
    audit.note(session, by, "change", f"campaign:{campaign_id}", fields=sorted(fields))
    return campaign


CHANGEABLE = frozenset(
    {
        "name",
        "channel",
        "template_id",
        "sender_id",
        "include",
        "exclude",
        "topic",
        "consent_required",
        "in_doubt_policy",
        "settings",
    }
)


def set_hours(session: Session, campaign_id: int, hours: Hours | None, *, own_zone: bool, by: str) -> Campaign:
    """Send only within these hours, by the recipient's own clock or the account's; None: at any time.

    Of a running campaign, whoever waits for the hours before is judged by these at once.

    Raises IllegalTransition once the campaign is over, and Invalid (`hours.never_meet`) for hours that lie wholly
    within the channel's quiet hours.
    """
    campaign = queries.locked(session, campaign_id)
    if campaign.state in (CampaignState.SENT, CampaignState.CANCELLED):
        raise Refused("campaign.over", name=campaign.name)
    quiet = business.value(session, "quiet_hours").get(campaign.channel)
    if hours is not None and quiet and not meet(hours, Hours.read(**quiet).outside()):
        raise Invalid("hours.never_meet", where="hours", **quiet)
    kept = None if hours is None else {**hours.written(), "own_zone": own_zone}
    campaign.settings = {**campaign.settings, "hours": kept}
    gates.stop_waiting(session, GateScope.CAMPAIGN, str(campaign_id), Reason.QUIET_HOURS)
    if campaign.launched_at is not None:
        session.execute(deliveries.look_again(origins_of(session, campaign), campaign.launched_at))
    audit.note(session, by, "hours", f"campaign:{campaign_id}", hours=kept)
    ring(session)
    return campaign


def set_uncapped(session: Session, campaign_id: int, uncapped: bool, *, by: str) -> Campaign:
    """Let it go past the frequency cap, or hold it to it, for whoever may launch; it voids confirmations."""
    campaign = drafts.locked(session, campaign_id)
    campaign.settings = {**campaign.settings, capping.UNCAPPED: uncapped}
    campaign.version += 1
    audit.note(session, by, "uncapped" if uncapped else "capped", f"campaign:{campaign_id}")
    return campaign


def preview(session: Session, campaign_id: int, now: datetime, *, channels: Channels) -> Preview:
    """The table of recipients by reason as a launch at `now` would make it; writes nothing."""
    campaign = queries.get(session, campaign_id)
    content = _content(session, campaign)
    frozen = audience.frozen(session, campaign.include, campaign.exclude, now)
    traits = _checked(session, campaign, content, channels)
    countries.check_sender(session, campaign, frozen)
    asks = asking.askable(session, campaign, channels)
    counts = audience.by_reason(session, campaign, frozen, content.required, now, traits=traits, asking=asks)
    chosen = sum(counts.reasons.values()) + counts.reachable
    steps.check(session, campaign, channels)
    letters = steps.letters(session, campaign)
    bound = confirmation.make(campaign.version, _hash(content, letters), frozen, chosen)
    later = steps.previews(session, campaign, letters, frozen, now, channels=channels)
    cost = costs.estimate(session, campaign, content, frozen, now=now, traits=traits)
    approved = list(approvals.behind(session, campaign_id, bound).values())
    return Preview(
        chosen,
        counts.reachable,
        counts.reasons,
        counts.excluded,
        bound,
        cost,
        later,
        approvals.is_needed(session, chosen),
        approved,
        copies.foreseen(session, campaign, campaign, frozen, now, required=content.required, traits=traits),
        counts.asked,
    )


def launch(
    session: Session,
    campaign_id: int,
    *,
    confirmation: str,
    outside: Outside,
    channels: Channels,
    by: str,
    now: datetime,
    part: bool = False,
) -> Campaign:
    """Freeze content and audience and begin sending; above the set size only once a second person wants the same.

    Then the draft comes back as it was, with the first one's approval kept. Raises IllegalTransition past
    `scheduled`, Refused (`campaign.unconfirmed`) if what was confirmed is not what would be sent,
    (`campaign.audience_moved`) if the audience has moved by more than the tolerance since, or (`campaign.dead_links`)
    if real recipients could not follow its links, or (`campaign.balance_too_low`) if the money lasts for a part only
    and not that `part` is meant.
    """
    campaign = queries.locked(session, campaign_id)
    next_state(campaign.state, A.LAUNCH)
    frozen = audience.frozen(session, campaign.include, campaign.exclude, now)
    check_content(session, campaign, frozen, confirmation)
    _check_number(session, campaign, frozen, confirmation)
    if not approvals.suffice(session, campaign, confirmation, by=by, now=now):
        return campaign
    audit.note(session, by, "launch", f"campaign:{campaign_id}", confirmation=confirmation)
    return begin(session, campaign, frozen, outside=outside, channels=channels, by=by, now=now, part=part)


def begin(
    session: Session,
    campaign: Campaign,
    frozen: audience.Frozen,
    *,
    outside: Outside,
    channels: Channels,
    by: str,
    now: datetime,
    part: bool = False,
) -> Campaign:
    """Send a locked campaign to this audience, whoever confirmed it and when; raises Refused as `launch` does."""
    state = next_state(campaign.state, A.LAUNCH)
    linking.check(session, campaign, outside)
    content = _content(session, campaign)
    traits = _checked(session, campaign, content, channels)
    countries.check_sender(session, campaign, frozen)
    check_reach(outside, campaign.channel, content, campaign=campaign.name)
    cost = costs.estimate(session, campaign, content, frozen, now=now, traits=traits)
    costs.check(cost, part=part, name=campaign.name)
    content = marked_for(session, campaign, content)
    campaign.origin_id = origins.of_campaign(session, campaign, campaign.channel, campaign.sender_id)
    campaign.state = state
    campaign.content_id, campaign.audience = content.id, frozen
    campaign.launched_at, campaign.launched_by = now, by
    steps.freeze(session, campaign, channels)
    copies.give(session, campaign, campaign, campaign.sender_id, now, required=content.required, traits=traits)
    ring(session)
    return campaign


def pause(session: Session, campaign_id: int, *, by: str, why: str = "person") -> Campaign:
    """Nothing more begins to be sent, within a second; what is on the wire is settled."""
    campaign = _moved(session, campaign_id, A.PAUSE, by)
    campaign.paused_why, campaign.paused_by = why, by
    gates.close(session, GateScope.CAMPAIGN, str(campaign_id), reason="paused", by=by)
    return campaign


def resume(session: Session, campaign_id: int, *, by: str) -> Campaign:
    campaign = _moved(session, campaign_id, A.RESUME, by)
    campaign.paused_why = campaign.paused_by = None
    gates.open_again(session, GateScope.CAMPAIGN, str(campaign_id))
    return campaign


def cancel(session: Session, campaign_id: int, *, by: str, now: datetime) -> Campaign:
    """What has not begun to be sent becomes `cancelled`; that is done by the workers, a chunk at a time."""
    campaign = _moved(session, campaign_id, A.CANCEL, by)
    if campaign.origin_id is None:
        campaign.finished_at = now
    else:
        gates.close(session, GateScope.CAMPAIGN, str(campaign_id), reason="cancelled", by=by)
    return campaign


def letter(session: Session, campaign: Campaign) -> ContentRow:
    """The frozen letter, or the draft's as last saved; raise Refused naming what it lacks to be sent."""
    if campaign.content_id is not None:
        return session.get_one(ContentRow, campaign.content_id)
    return saved(session, campaign.template_id, campaign.sender_id, campaign=campaign.name)


def _checked(session: Session, campaign: Campaign, content: ContentRow, channels: Channels) -> Traits:
    """What holds for this message on the campaign's channel; raise Refused if it cannot go out there."""
    return fitting(session, channels, campaign.channel, content, campaign.sender_id, campaign=campaign.name)


def _hash(content: ContentRow, later: Sequence[ContentRow]) -> bytes:
    """Of all that the campaign may send: a confirmation is bound to the letters of its later steps too."""
    if not later:
        return content.hash
    return hashlib.sha256(b"".join(one.hash for one in (content, *later))).digest()


def _content(session: Session, campaign: Campaign) -> ContentRow:
    if campaign.content_id is None and not campaign.include:
        raise Refused("campaign.no_segment", name=campaign.name)
    return letter(session, campaign)


def _moved(session: Session, campaign_id: int, action: A, by: str) -> Campaign:
    campaign = queries.locked(session, campaign_id)
    campaign.state = next_state(campaign.state, action)
    audit.note(session, by, action.value, f"campaign:{campaign_id}")
    ring(session)
    return campaign


def check_content(session: Session, campaign: Campaign, frozen: audience.Frozen, given: str) -> ContentRow:
    """The letter that was confirmed; raise Refused (`campaign.unconfirmed`) if letters or expressions are others."""
    content, confirmed = _content(session, campaign), confirmation.chosen(given)
    bound = _hash(content, steps.letters(session, campaign))
    if confirmed is None or given != confirmation.make(campaign.version, bound, frozen, confirmed):
        raise Refused("campaign.unconfirmed", name=campaign.name)
    return content


def _check_number(session: Session, campaign: Campaign, frozen: audience.Frozen, given: str) -> None:
    confirmed, chosen = confirmation.chosen(given) or 0, audience.count(session, frozen)
    tolerance = float(business.value(session, "audience_tolerance"))
    if abs(chosen - confirmed) > tolerance * max(confirmed, 1):
        raise Refused("campaign.audience_moved", name=campaign.name, confirmed=confirmed, now=chosen)
    if chosen == 0:
        raise Refused("campaign.nobody", name=campaign.name)


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid("campaign.name_missing", where="name")
    return name.strip()
