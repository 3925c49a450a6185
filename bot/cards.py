"""A campaign's card: its state, its figures as numbers and as a bar, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot import keyboards
from bot.screen import Drawn
from bot.words import bar, figure, heading, moment, name, number, percent, quoted, state
from channels.known import CHANNELS
from core.queries import campaigns, forecast, segments, statistics, steps, templates, topics, waits
from core.queries import settings as business
from core.queries.statistics import Figures
from core.queries.steps import StepFigures
from core.queries.waits import Wait
from core.rules.forecast import Forecast
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignState, DeliveryState, EventKind, Reason
from texts import _, language, ngettext, reasons
from texts.gates import gate
from texts.pacing import foretold
from texts.steps import told

REASONS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """A campaign as it is at one moment."""

    campaign: Campaign
    figures: Figures
    waits: list[Wait]
    foreseen: Forecast | None
    letter: str | None
    topic: Mapping[str, str] | None
    """What it is about, by language."""
    chosen: list[str]
    excluded: list[str]
    timezone: ZoneInfo
    steps: list[StepFigures] = field(default_factory=list)
    machines: Mapping[EventKind, int] = field(default_factory=dict)
    """Counted when it is over: while it runs that would cost more than the rest of the card."""
    unknown: Mapping[EventKind, int] = field(default_factory=dict)

    @property
    def tells_read(self) -> bool:
        return CHANNELS[self.campaign.channel].reports_read

    @property
    def over(self) -> bool:
        """Whether it is at its end: what is learnt later is shown when somebody asks."""
        return self.campaign.state in (CampaignState.SENT, CampaignState.CANCELLED) and bool(self.campaign.finished_at)


def read(session: Session, campaign_id: int) -> Sight:
    """Raise NotFound (`campaign.not_found`) if there is none."""
    campaign, now = campaigns.get(session, campaign_id), datetime.now(UTC)
    figures = statistics.figures(session, campaign_id)
    template = templates.get(session, campaign.template_id) if campaign.template_id else None
    over = campaign.finished_at is not None and campaign.origin_id is not None
    return Sight(
        campaign=campaign,
        figures=figures,
        waits=waits.of_campaign(session, campaign, figures, now),
        foreseen=forecast.of_campaign(session, campaign, figures, now),
        letter=template.name if template else None,
        topic=topics.names(session, campaign.topic),
        chosen=[segments.get(session, one).name for one in campaign.include],
        excluded=[segments.get(session, one).name for one in campaign.exclude],
        timezone=ZoneInfo(business.value(session, "timezone")),
        steps=steps.figures(session, campaign_id),
        machines=statistics.machines(session, campaign_id) if over else {},
        unknown=statistics.unknown(session, campaign_id) if over else {},
    )


def drawn(sight: Sight) -> Drawn:
    campaign = sight.campaign
    parts = [_title(sight), _topic(sight)]
    if campaign.origin_id is None:
        parts.append(_plan(sight))
    if campaign.settings.get("hours") and not sight.over:
        parts.append(_hours(campaign.settings["hours"]))
    if campaign.origin_id is not None:
        parts += [_progress(sight.figures), _figures(sight.figures, sight.tells_read), counted(sight.figures.reasons)]
    parts.append("\n".join(quoted(told(one)) for one in sight.steps))
    parts.append(quoted(_readers(sight)))
    parts += [_wait(one, sight.timezone) for one in sight.waits]
    if sight.foreseen:
        parts.append(quoted(foretold(sight.foreseen.waiting, sight.foreseen.day, sight.foreseen.at)))
    in_doubt, failed = (sight.figures.states.get(one, 0) for one in (DeliveryState.IN_DOUBT, DeliveryState.FAILED))
    return Drawn("\n\n".join(part for part in parts if part), keyboards.card(campaign, in_doubt, failed))


def counted(by_reason: dict[Reason, int]) -> str:
    """Reasons in words, the most frequent first."""
    ranked = sorted(by_reason.items(), key=lambda item: -item[1])
    lines = [
        f"• {quoted(reasons.reason(reason))}: {number(count)}" for reason, count in ranked[:REASONS_SHOWN] if count
    ]
    rest = sum(count for _reason, count in ranked[REASONS_SHOWN:])
    if rest:
        lines.append("• " + _("other reasons: %(count)s", count=number(rest)))
    return "\n".join(lines)


def _title(sight: Sight) -> str:
    campaign = sight.campaign
    line = state(campaign.state)
    if campaign.state == CampaignState.SENT and sight.figures.errors:
        line += " " + _("with errors")
    since = campaign.finished_at or campaign.launched_at or campaign.schedule_at
    if since:
        line += f" · {moment(since, sight.timezone)}"
    return f"{heading(quoted(name(campaign.name)))}\n{line}"


def _topic(sight: Sight) -> str:
    return _("Topic") + f": {quoted(name(sight.topic[language()]))}" if sight.topic else ""


def _plan(sight: Sight) -> str:
    """What a draft is so far."""
    facts = [(_("Letter"), sight.letter), (_("To"), ", ".join(sight.chosen)), (_("Without"), ", ".join(sight.excluded))]
    return "\n".join(f"{label}: {quoted(name(value or '–'))}" for label, value in facts)


def _hours(kept: Mapping[str, object]) -> str:
    span = f"{kept['opens']}–{kept['closes']}"
    whose = _("by each recipient's own clock") if kept.get("own_zone") else _("by the account's clock")
    return _("Sending hours") + f": {span}, {quoted(whose)}"


def _progress(figures: Figures) -> str:
    settled = figures.recipients - figures.waiting
    if not figures.recipients:
        return _("Nobody was chosen.") if figures.prepared else _("Recipients are being prepared.")
    said = [_("%(done)s of %(all)s settled", done=number(settled), all=number(figures.recipients))]
    if figures.waiting:
        said.append(ngettext("%(count)s waits", "%(count)s wait", figures.waiting, count=number(figures.waiting)))
    if not figures.prepared:
        said.append(_("more are being prepared"))
    return f"{bar(settled, figures.recipients)} {percent(settled / figures.recipients)}\n{' · '.join(said)}"


def _figures(figures: Figures, tells_read: bool) -> str:
    of_accepted = [(_("Read"), figures.read)] if tells_read else []
    of_accepted += [(_("Clicked"), figures.clickers)]
    of_accepted += [(_("Replied"), figures.replied)] if figures.replied else []
    rare = [(_("Unsubscribed"), figures.unsubscribed), (_("Reported as spam"), figures.complained)]
    of_accepted += [(label, count) for label, count in rare if count]
    lines = [figure(_("Sent"), figures.sent)]
    if not tells_read:
        lines.append(_("Read: n/a (the channel does not report it)"))
    for label, count in of_accepted:
        if figures.accepted_ever:
            share = _(
                "%(share)s of %(base)s accepted",
                share=percent(figures.share(count)),
                base=number(figures.accepted_ever),
            )
            lines.append(f"{figure(label, count)} ({share})")
    for code in (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.CANCELLED, DeliveryState.IN_DOUBT):
        if figures.states.get(code):
            lines.append(figure(reasons.state(code), figures.states[code]))
    return "\n".join(lines)


def _readers(sight: Sight) -> str:
    """What stands behind “read” and “clicked”, once there is any."""
    if not sight.over or not (sight.figures.read or sight.machines):
        return ""
    said = [
        _(
            "Read means that the picture in the letter was loaded. Who reads without pictures stays unread, and "
            "several people may read at one address."
        )
    ]
    apart = _("Programs that look into mail before people do are counted apart (opens: %(opens)s, clicks: %(clicks)s).")
    unsure = _(
        "Of others nothing tells who was at it; they are counted as people's (opens: %(opens)s, clicks: %(clicks)s)."
    )
    for words, counts in ((apart, sight.machines), (unsure, sight.unknown)):
        if counts:
            opens, clicks = counts.get(EventKind.OPENED, 0), counts.get(EventKind.CLICKED, 0)
            said.append(words % {"opens": number(opens), "clicks": number(clicks)})
    return " ".join(said)


def _wait(wait: Wait, timezone: ZoneInfo) -> str:
    end = " " + _("Until %(at)s.", at=moment(wait.until, timezone)) if wait.until else ""
    return f"⏳ {quoted(gate(wait.reason, wait.details))}{end}"
