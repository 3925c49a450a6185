"""The daily limit as a message: how it stands, how the last days were decided, and what is stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiogram.types import InlineKeyboardMarkup
from babel.dates import format_date
from sqlalchemy.orm import Session

from bot import keyboards
from bot.screen import Drawn
from bot.words import bar, heading, name, number, quoted
from core.queries import campaigns, forecast, limits
from core.queries.limits import Standing
from core.rules.forecast import Forecast
from core.rules.roles import includes
from core.tables.campaigns import Campaign
from core.tables.operators import Operator
from core.tables.pacing import DailyLimit
from core.vocabulary import CHANNEL_EMAIL, CampaignState, Role
from texts import _, language
from texts.gates import gate
from texts.pacing import foretold, kept_slots, meant, seen, why

DAYS_SHOWN = 7
CAMPAIGNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Sight:
    """The account's limit, each sender's, and the email campaigns that run."""

    account: Standing
    senders: list[Standing]
    foreseen: Forecast | None
    running: list[Campaign]

    @property
    def blocked(self) -> list[Standing]:
        return [one for one in (self.account, *self.senders) if one.block]


def read(session: Session, now: datetime) -> Sight:
    account, *senders = (limits.standing(session, scope, now, days=DAYS_SHOWN) for scope in limits.scopes(session))
    running = campaigns.page(session, limit=50, states=[CampaignState.SENDING])
    return Sight(
        account, senders, forecast.of_account(session, now), [one for one in running if one.channel == CHANNEL_EMAIL]
    )


def drawn(sight: Sight, operator: Operator) -> Drawn:
    """As the operator sees it: whoever may launch may release a block."""
    parts = [*(_block(one) for one in sight.blocked), _today(sight), _days(sight.account.days)]
    return Drawn("\n\n".join(part for part in parts if part), _keyboard(sight, operator))


def alarm(sight: Sight, operator: Operator) -> Drawn:
    """What an operator is told when running campaigns have been stopped."""
    shown = [f"• {quoted(name(one.name))}" for one in sight.running[:CAMPAIGNS_SHOWN]]
    if len(sight.running) > CAMPAIGNS_SHOWN:
        shown.append("• …")
    waiting = "\n".join([_("These wait:"), *shown]) if shown else ""
    parts = [*(_block(one) for one in sight.blocked), waiting, _("/limit shows the figures.")]
    return Drawn("\n\n".join(part for part in parts if part), _keyboard(sight, operator))


def _today(sight: Sight) -> str:
    account = sight.account
    lines = [
        heading(_("Daily limit")),
        bar(min(account.used, account.limit), account.limit),
        _("%(used)s of %(limit)s used", used=number(account.used), limit=number(account.limit))
        + " · "
        + _("%(left)s left", left=number(max(0, account.left))),
    ]
    if account.reserve:
        lines.append(kept_slots(account.reserve))
    if len(sight.senders) > 1:
        lines += [f"{quoted(_whose(one))}: {number(one.used)} / {number(one.limit)}" for one in sight.senders]
    if sight.foreseen:
        lines.append(quoted(foretold(sight.foreseen.waiting, sight.foreseen.day, sight.foreseen.at, of_all=True)))
    return "\n".join(lines)


def _days(days: Sequence[DailyLimit]) -> str:
    return "\n".join([heading(_("How it came about")), *map(_day, days)]) if days else ""


def _day(row: DailyLimit) -> str:
    before = f"{number(row.inputs['limit'])} → " if row.inputs else ""
    day = format_date(row.day, "d MMM", locale=language())
    reason = why(row.reason, row.inputs) + (f": {meant(row.meant)}" if row.meant else "")
    return f"{day}: {before}<b>{number(row.ceiling)}</b> · {quoted(reason)}"


def _block(one: Standing) -> str:
    assert one.block is not None
    figures = quoted(seen(one.block.details["seen"]))
    return f"⛔ <b>{quoted(_whose(one))}</b>\n{quoted(gate(one.block.reason))}\n{figures}"


def _whose(one: Standing) -> str:
    return _("Account") if one.sender is None else name(one.sender.name)


def _keyboard(sight: Sight, operator: Operator) -> InlineKeyboardMarkup | None:
    if not sight.blocked or not includes(operator.role, Role.LAUNCHER):
        return None
    return keyboards.releases([(one.sender.id if one.sender else None, _whose(one)) for one in sight.blocked])
