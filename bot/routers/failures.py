"""What failed in a campaign: by what came back, and the last ones by number, or by address for whoever may know it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiogram import Bot, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery
from sqlalchemy.orm import Session

from bot import keyboards, screen
from bot.access import needs
from bot.presses import FailuresPressed
from bot.running import Run
from bot.screen import Drawn, Place, place_of
from bot.telling import answer, answer_in_time
from bot.words import figure, heading, moment, name, not_for_you, quoted
from core.queries import campaigns
from core.queries import failures as queries
from core.queries import settings as business
from core.queries.failures import Failure, Kind
from core.rules.roles import includes
from core.tables.campaigns import Campaign
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _
from texts.reasons import reason
from texts.returns import bounce_class

KINDS_SHOWN = 12
LAST_SHOWN = 10
SAID_AT_MOST = 160


def make() -> Router:
    router = Router(name="failures")
    router.callback_query.register(pressed, FailuresPressed.filter())
    return router


@dataclass(frozen=True, slots=True)
class _Sight:
    campaign: Campaign
    kinds: list[Kind]
    last: list[Failure]
    zone: ZoneInfo


@needs(Role.VIEWER)
async def pressed(
    query: CallbackQuery, callback_data: FailuresPressed, *, operator: Operator, run: Run, bot: Bot
) -> None:
    """In a message of its own, which no new figures overwrite. Addresses are shown to few, and in no group."""
    place, named = place_of(query), callback_data.named
    alone = query.message is not None and query.message.chat.type == ChatType.PRIVATE
    may_know = alone and includes(operator.role, Role.EDITOR)
    if named and not may_know:
        await answer(query, not_for_you(operator), alert=True)
        return
    await answer_in_time(query)
    sight = await run(_read, callback_data.campaign_id)
    await screen.put(bot, Place(place.chat_id), _drawn(sight, named=named, may_know=may_know))


def _read(session: Session, campaign_id: int) -> _Sight:
    campaign = campaigns.get(session, campaign_id)
    zone = ZoneInfo(business.value(session, "timezone"))
    last = list(queries.latest(session, campaign, LAST_SHOWN)) if campaign.origin_id is not None else []
    return _Sight(campaign, queries.by_kind(session, campaign) if last else [], last, zone)


def _drawn(sight: _Sight, *, named: bool, may_know: bool) -> Drawn:
    if not sight.last:
        return Drawn(_("Nothing has failed."))
    kinds = [f"• {figure(quoted(_kind(one)), one.recipients)}" for one in sight.kinds[:KINDS_SHOWN]]
    last = [_line(one, sight.zone, named=named) for one in sight.last]
    parts = [heading(quoted(name(sight.campaign.name))), _("What failed:") + "\n" + "\n".join(kinds)]
    parts.append(_("The last ones:") + "\n" + "\n".join(last))
    example = f"<code>/why {sight.campaign.id} #{sight.last[0].number}</code>"
    parts.append(_("The story of one of them: %(command)s", command=example))
    further = may_know and not named
    return Drawn("\n\n".join(parts), keyboards.addresses(sight.campaign.id) if further else None)


def _line(one: Failure, zone: ZoneInfo, *, named: bool) -> str:
    """What the server said may quote the address, and so stands beside it alone."""
    words = f"<code>#{one.number}</code> {quoted(_kind(one))}"
    if one.at:
        words += f" · {moment(one.at, zone)}"
    if not named:
        return words
    address = one.address or _("An address not kept")
    said = f"\n<i>{quoted(one.said[:SAID_AT_MOST])}</i>" if one.said else ""
    return f"{words}\n{quoted(address)}{said}"


def _kind(one: Kind | Failure) -> str:
    if one.bounce is not None:
        return bounce_class(one.bounce)
    return reason(one.reason) if one.reason else _("reason not understood")
