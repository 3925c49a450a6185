"""The last look before a launch: who gets the letter, who does not and why, and what the daily limit makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardMarkup
from sqlalchemy.orm import Session

from bot import keyboards
from bot.cards import counted
from bot.screen import Drawn
from bot.words import figure, heading, name, number, quoted, told
from channels.known import CHANNELS
from core.errors import Problem
from core.queries import campaigns as queries
from core.queries import domains, pacing
from core.queries import settings as business
from core.queries.domains import Standing
from core.queries.pacing import Allowance
from core.rules.campaigns import next_state
from core.rules.outside import Outside
from core.rules.roles import includes
from core.services import campaigns, newcomers
from core.services.campaigns import Preview
from core.tables.campaigns import Campaign
from core.vocabulary import CHANNEL_EMAIL, CampaignAction, CampaignState, Role
from texts import _, ngettext
from texts.approvals import approval
from texts.costs import cost_lines, lasts_line
from texts.domains import worry
from texts.seeds import seed_lines
from texts.steps import step_lines
from texts.times import moment


@dataclass(frozen=True, slots=True)
class Look:
    campaign: Campaign
    preview: Preview
    allowance: Allowance | None
    newcomers: bool = False
    at: tuple[datetime, str] | None = None
    """When it is to be launched, and that in words; None: now."""
    worry: Standing | None = None
    """The sender's domain, where letters from it may not arrive."""
    part_role: Role = Role.LAUNCHER
    """Who may launch a part where the balance does not last for all."""

    @property
    def lasts_for(self) -> int | None:
        """For about how many the balance lasts where it does not for all; None where it does."""
        cost = self.preview.cost
        return cost.lasts_for(self.preview.reachable) if cost and cost.lacking else None


def read(session: Session, campaign_id: int, now: datetime, outside: Outside, *, at: datetime | None = None) -> Look:
    """Count as a launch would; raise IllegalTransition if it is launched already, or what the draft lacks."""
    campaign = queries.get(session, campaign_id)
    next_state(campaign.state, CampaignAction.LAUNCH if at is None else CampaignAction.SCHEDULE)
    look = _look(session, campaign, campaigns.preview(session, campaign_id, now, channels=CHANNELS), now, outside)
    if at is None:
        return look
    return replace(look, at=(at, moment(at, ZoneInfo(business.value(session, "timezone")))))


def read_newcomers(session: Session, campaign_id: int, now: datetime, outside: Outside) -> Look:
    """Those who have joined a finished campaign's segments since; raise IllegalTransition if it is not finished."""
    campaign = queries.get(session, campaign_id)
    preview = newcomers.preview(session, campaign_id, now, channels=CHANNELS)
    return replace(_look(session, campaign, preview, now, outside), newcomers=True)


def counting() -> Drawn:
    return Drawn(_("Counting the recipients …"))


def drawn(look: Look, *, role: str) -> Drawn:
    """The table by reason; the launch button is bound to exactly this letter and this audience."""
    preview, campaign, may_launch = look.preview, look.campaign, includes(role, Role.LAUNCHER)
    parts = [heading(quoted(name(campaign.name))) + "\n" + figure(_("Chosen"), preview.chosen), *_table(preview)]
    if preview.cost:
        lasting = [lasts_line(preview.cost, preview.reachable)] if preview.cost.lacking else []
        parts.append("\n".join(quoted(line) for line in (*cost_lines(preview.cost), *lasting)))
    if preview.steps:
        parts.append("\n".join(quoted(line) for line in step_lines(preview.steps)))
    if preview.seeds:
        parts.append("\n".join(quoted(line) for line in seed_lines(preview.seeds)))
    if look.allowance:
        parts.append(_limit(preview.reachable, look.allowance))
    if look.worry:
        parts.append("⚠️ " + "\n".join(quoted(line) for line in worry(look.worry)))
    if preview.approval:
        parts.append(quoted(approval(preview.approved_by)))
    parts.append(_closing(look, role))
    confirmation = preview.confirmation if may_launch and (preview.reachable or preview.asked) else None
    return Drawn("\n\n".join(parts), _keyboard(look, confirmation, role))


def _table(preview: Preview) -> Iterator[str]:
    yield figure(_("Get the message"), preview.reachable)
    if preview.asked:
        yield figure(_("Asked for consent first"), preview.asked)
    if preview.skipped:
        yield figure(_("Get nothing"), sum(preview.skipped.values())) + "\n" + counted(preview.skipped)
    if preview.excluded:
        yield figure(_("Excluded, and not counted as chosen"), preview.excluded)


def _closing(look: Look, role: str) -> str:
    """What the buttons below do, or why there are none."""
    preview = look.preview
    if look.newcomers and not preview.chosen:
        return _("Nobody has joined since.")
    if not (preview.reachable or preview.asked):
        return _("There is nobody to launch to.")
    if not includes(role, Role.LAUNCHER):
        return _("Your role lets you look, but not launch.")
    if look.lasts_for is not None and look.at is None:
        return _short_of_money(look, role)
    return _("The button below launches exactly this. If letter or audience change, you are asked again.")


def _short_of_money(look: Look, role: str) -> str:
    """What may be done about it, by whom."""
    waits = _("The rest waits for a top-up and follows by itself.")
    if not look.lasts_for:
        return _("The balance lasts for nobody. Top it up, and look again.")
    if look.newcomers:
        return _("Top up the balance, and look again.")
    if not includes(role, look.part_role):
        return _("Your role does not allow to launch a part. Top up the balance, and look again.")
    return _("The button below launches exactly this, for as many as the balance lasts for.") + " " + waits


def _keyboard(look: Look, confirmation: str | None, role: str) -> InlineKeyboardMarkup:
    if look.at is not None and confirmation is not None:
        return keyboards.times(look.campaign.id, confirmation, [look.at])
    later = not look.newcomers and look.campaign.state == CampaignState.DRAFT
    count = look.preview.reachable
    lasts_for = look.lasts_for
    if lasts_for and (look.newcomers or not includes(role, look.part_role)):
        lasts_for = 0
    return keyboards.preview(
        look.campaign.id, confirmation, count, newcomers=look.newcomers, later=later, lasts_for=lasts_for
    )


def impossible(problem: Problem, campaign_id: int) -> Drawn:
    """Why nothing was counted or launched, and the way to try again."""
    return Drawn(quoted(told(problem)), keyboards.look_again(campaign_id))


def _look(session: Session, campaign: Campaign, preview: Preview, now: datetime, outside: Outside) -> Look:
    """The daily limit is one of email alone."""
    limited = campaign.channel == CHANNEL_EMAIL
    allowance = pacing.allowance(session, pacing.ACCOUNT, now) if limited else None
    worried = domains.worry(session, campaign.sender_id, outside)
    return Look(campaign, preview, allowance, worry=worried, part_role=business.part_role(session))


def _limit(reachable: int, allowance: Allowance) -> str:
    """Other campaigns that are being sent use the same limit, so that this is the earliest."""
    limit, left = number(allowance.limit), max(0, allowance.left)
    if reachable <= left:
        return _(
            "Daily limit: %(limit)s, of which %(left)s are left. All of it can leave today.",
            limit=limit,
            left=number(left),
        )
    days = -(-(reachable - left) // max(1, allowance.limit))
    said = _(
        "Daily limit: %(limit)s, of which %(left)s are left today. The rest waits and follows by itself:",
        limit=limit,
        left=number(left),
    )
    return said + " " + ngettext("one more day.", "%(n)s more days.", days)
