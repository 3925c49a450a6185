"""Launches at a time, and the hours of the day that a campaign keeps to."""

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from sqlalchemy.orm import Session

from bot import previews, scheduling, screen
from bot.access import by, needs
from bot.launching import show_launched, show_preview
from bot.live import Live
from bot.presses import AtPressed, HoursPressed, LaterPressed
from bot.running import Run
from bot.screen import Place, place_of
from bot.telling import answer_in_time
from core.errors import Invalid
from core.queries import campaigns as queries
from core.queries import settings as business
from core.rules import wall
from core.rules.hours import Hours
from core.rules.outside import Outside
from core.services import campaigns, schedules
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _

ALWAYS = ("always", "immer")


def make() -> Router:
    router = Router(name="schedules")
    router.message.register(schedule_asked, Command("schedule"))
    router.message.register(hours_asked, Command("hours"))
    router.callback_query.register(later_pressed, LaterPressed.filter())
    router.callback_query.register(at_pressed, AtPressed.filter())
    router.callback_query.register(hours_pressed, HoursPressed.filter())
    return router


@needs(Role.LAUNCHER)
async def schedule_asked(
    message: Message,
    command: CommandObject,
    *,
    operator: Operator,
    run: Run,
    live: Live,
    bot: Bot,
    outside: Outside,
) -> None:
    """`/schedule 12 2026-12-01 09:00`: the preview comes, and its button holds for that time."""
    number, _space, written = (command.args or "").strip().partition(" ")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Invalid("schedule.bad_command", where="campaign")
    at = await run(_read, written)
    read = partial(run, previews.read, int(number), datetime.now(UTC), outside, at=at)
    await show_preview(bot, live, Place(message.chat.id), int(number), read, role=operator.role)


@needs(Role.LAUNCHER)
async def hours_asked(message: Message, command: CommandObject, *, run: Run, live: Live) -> None:
    """`/hours 12 9:30-17:45` or `/hours 12 always`: by whose clock stays as it was."""
    number, _space, written = (command.args or "").strip().partition(" ")
    if not number.isascii() or not number.isdigit() or len(number) > 18 or not written.strip():
        raise Invalid("hours.bad_command", where="campaign")
    wanted = None if written.strip().lower() in ALWAYS else Hours.typed(written)
    assert message.from_user is not None
    await run(_set_hours, int(number), wanted, by=by(message.from_user))
    await live.show(Place(message.chat.id), int(number))


@needs(Role.LAUNCHER)
async def later_pressed(query: CallbackQuery, callback_data: LaterPressed, *, run: Run, bot: Bot) -> None:
    await answer_in_time(query)
    choice = await run(scheduling.read, callback_data.campaign_id, datetime.now(UTC))
    await screen.put(bot, place_of(query), scheduling.drawn(choice, callback_data.confirmation))


@needs(Role.LAUNCHER)
async def at_pressed(
    query: CallbackQuery, callback_data: AtPressed, *, run: Run, live: Live, bot: Bot, outside: Outside
) -> None:
    await answer_in_time(query, _("Scheduling …"))
    scheduling_it = run(
        schedules.schedule,
        callback_data.campaign_id,
        callback_data.at,
        confirmation=callback_data.confirmation,
        outside=outside,
        by=by(query.from_user),
        now=datetime.now(UTC),
    )
    await show_launched(bot, live, place_of(query), callback_data.campaign_id, scheduling_it)


@needs(Role.LAUNCHER)
async def hours_pressed(query: CallbackQuery, callback_data: HoursPressed, *, run: Run, live: Live, bot: Bot) -> None:
    await answer_in_time(query)
    campaign_id, opens, closes = callback_data.campaign_id, callback_data.opens, callback_data.closes
    if opens is None or closes is None:
        await screen.put(bot, place_of(query), scheduling.hours_drawn(await run(queries.get, campaign_id)))
        return
    wanted = None if opens == closes else Hours.read(f"{opens:02}:00", f"{closes:02}:00")
    await run(campaigns.set_hours, campaign_id, wanted, own_zone=True, by=by(query.from_user))
    await live.show(place_of(query), campaign_id)


def _set_hours(session: Session, campaign_id: int, wanted: Hours | None, *, by: str) -> None:
    kept = queries.get(session, campaign_id).settings.get("hours") or {}
    campaigns.set_hours(session, campaign_id, wanted, own_zone=bool(kept.get("own_zone", True)), by=by)


def _read(session: Session, written: str) -> datetime:
    return wall.read(written, ZoneInfo(business.value(session, "timezone")))
