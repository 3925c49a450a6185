"""The bot put together: what every update passes, and who answers it."""

from aiogram import Dispatcher

from bot.access import Arrival, Doorkeeper
from bot.courier import Courier
from bot.live import Live
from bot.routers import (
    campaigns,
    customers,
    desk,
    doubts,
    emergency,
    launch,
    limit,
    moves,
    newcomers,
    other,
    start,
    status,
)
from bot.running import Run
from core.rules.outside import Outside


def make_dispatcher(run: Run, live: Live, outside: Outside, courier: Courier, key: bytes) -> Dispatcher:
    """Without aiogram's own memory of dialogs: everything that a step needs is in the button that leads to it."""
    dispatcher = Dispatcher(disable_fsm=True, run=run, live=live, outside=outside, courier=courier, key=key)
    dispatcher.update.outer_middleware(Arrival(run))
    for observer in (dispatcher.message, dispatcher.callback_query, dispatcher.my_chat_member):
        observer.middleware(Doorkeeper())
    subjects = (customers, start, campaigns, launch, newcomers, moves, doubts, status, limit, emergency, desk, other)
    for subject in subjects:
        dispatcher.include_router(subject.make())
    return dispatcher
