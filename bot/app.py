"""The bot put together: what every update passes, and who answers it."""

from dataclasses import dataclass

from aiogram import Dispatcher

from bot.access import Arrival, Doorkeeper
from bot.courier import Courier
from bot.desk import Desk
from bot.live import Live
from bot.routers import (
    campaigns,
    consents,
    customers,
    desk,
    doubts,
    emergency,
    failures,
    group,
    launch,
    limit,
    moves,
    newcomers,
    other,
    schedules,
    series,
    start,
    status,
    suppressed,
    why,
)
from bot.running import Run
from core.rules.outside import Outside


@dataclass(frozen=True, slots=True)
class Keys:
    """Those by which a customer's chat is found, and a letter's link is known to be ours."""

    addresses: bytes = b""
    signing: bytes = b""


NO_KEYS = Keys()


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes on while updates come in, and what handlers ring."""

    live: Live
    courier: Courier
    desk: Desk


def make_dispatcher(run: Run, beside: Beside, outside: Outside, keys: Keys, country: str) -> Dispatcher:
    """Without aiogram's own memory of dialogs: everything that a step needs is in the button that leads to it.

    `country` is that of numbers which are written without one.
    """
    dispatcher = Dispatcher(disable_fsm=True, run=run, outside=outside, country=country)
    dispatcher.workflow_data.update(key=keys.addresses, signing=keys.signing)
    dispatcher.workflow_data.update(live=beside.live, courier=beside.courier, desk=beside.desk)
    dispatcher.update.outer_middleware(Arrival(run))
    for observer in (dispatcher.message, dispatcher.callback_query, dispatcher.my_chat_member):
        observer.middleware(Doorkeeper())
    campaigning = (campaigns, launch, schedules, series, newcomers, moves, doubts, failures, status, limit, why)
    for subject in (customers, start, *campaigning, suppressed, consents, emergency, group, desk, other):
        dispatcher.include_router(subject.make())
    return dispatcher
