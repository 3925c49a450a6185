"""The provider's balance: read now and then, before a drain and during it; a campaign waits while it is too low."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import structlog
from sqlalchemy.orm import Session

from channels import registry
from channels.buckets import LocalBuckets
from core.database import Sessions
from core.messages import Money
from core.ports import Balance, Provider
from core.queries import gates, prices
from core.services import balances as accounts
from core.services.dispatcher import Drain
from core.vocabulary import GateScope, Reason
from workers.installation import Installation, now

READ_SECONDS = 5.0
WAIT = timedelta(seconds=20)
"""How long nothing is tried after the money ran out: then it is looked whether somebody topped up."""

log = structlog.get_logger()


def read(installation: Installation, channel: str) -> None:
    """Ask once, for whoever looks at the figures."""
    if channel not in registry.PROVIDERS:
        return
    provider = registry.provider(channel, installation.settings, installation.keys, LocalBuckets())
    held = asyncio.run(told(provider))
    with installation.sessions.begin() as session:
        accounts.keep(session, channel, held, now())


async def told(provider: Provider) -> Money | None:
    """None where the provider tells none, or has none to tell."""
    return await provider.balance() if isinstance(provider, Balance) else None


async def lasts(provider: Provider, sessions: Sessions) -> bool:
    """Whether there is money for one more message; closes the channel's gate if not. Unknown is not too little."""
    if not isinstance(provider, Balance):
        return True
    held = await provider.balance()
    return await asyncio.to_thread(_judged, sessions, provider.traits.channel, held)


async def watch(provider: Provider, sessions: Sessions, drain: Drain) -> None:
    """Ask every few seconds while messages leave, and end the drain in time."""
    while isinstance(provider, Balance):
        await asyncio.sleep(READ_SECONDS)
        if not await lasts(provider, sessions):
            drain.stop()
            return


def _judged(sessions: Sessions, channel: str, held: Money | None) -> bool:
    with sessions.begin() as session:
        accounts.keep(session, channel, held, now())
        if held is None or held.amount >= max(prices.dearest(session, channel), Decimal("0.000001")):
            return True
        close(session, channel, held)
        return False


def close(session: Session, channel: str, held: Money | None) -> None:
    """The channel waits for money; after a top-up it goes on by itself, unless a person has closed it."""
    log.warning("balance_too_low", channel=channel)
    details = {"balance": f"{held.amount:.2f} {held.currency}"} if held else {}
    reason, until = Reason.BALANCE_TOO_LOW.value, now() + WAIT
    gates.close_for_a_while(session, GateScope.CHANNEL, channel, reason=reason, until=until, **details)
