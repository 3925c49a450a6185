"""One drain of a channel, as a job runs it: a slot's lease, connections for its whole life, an orderly end."""

import asyncio
import gc
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

import structlog
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine

from channels import registry
from channels.buckets import shared
from core.database import Sessions, async_engine
from core.errors import ChannelFault, ChannelHalted
from core.messages import Content
from core.ports import Buckets, Provider
from core.queries import capping, countries, due, gates, leases, relays
from core.queries import settings as business
from core.queries import templates as letters
from core.queries.campaigns import with_origin
from core.queries.eligibility import TEXTED
from core.queries.liveness import alive
from core.rules.capping import Cap
from core.rules.hours import Hours
from core.rules.patience import Patience
from core.services import asking, pacing, recipients, trials
from core.services.claims import Claims
from core.services.dispatcher import Drain, Drained
from core.services.slots import Limit
from core.services.times import Times
from core.vocabulary import CHANNEL_EMAIL, GateScope, Reason
from workers import balances, measures
from workers.installation import Installation, holder, now
from workers.lanes import Lane, Lanes

SLOTS = 64
"""The most drains that one channel may have at a time, over all machines."""
LEASE_SECONDS = 90
BATCH = 500
FAULT_SECONDS = 15
NO_MONEY = "channel.no_money"
"""A provider's fault that is no fault: the account is empty, and waits for a top-up."""

log = structlog.get_logger()


def drain_channel(installation: Installation, channel: str, *, seconds: float) -> Drained | None:
    """Send what is due for up to `seconds`; None if every slot of the channel is taken."""
    me = holder()
    with alive(installation.engine, me):
        slot = _slot(installation.sessions, channel, me, installation.settings.all_workers)
        if slot is None:
            return None
        try:
            drained = uvloop.run(_drain(installation, channel, me, seconds))
        finally:
            with installation.sessions.begin() as session:
                leases.release(session, slot, me)
    log.info("drained", channel=channel, sent=drained.sent, settled=drained.settled)
    return drained


async def _drain(installation: Installation, channel: str, me: str, seconds: float) -> Drained:
    """The channel's own way, and beside it those of senders with servers of their own."""
    gc.freeze()  # what is loaded by now stays; looked through again and again, it held up everything for 50 ms a time
    _run_in_long_stretches()
    sessions = installation.sessions
    engine = async_engine(installation.database_url)
    try:
        async with shared(installation.redis_url, shares=installation.settings.all_workers) as buckets:
            crew = _Crew(installation, engine, buckets, channel, me)
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, crew.stop)
            loop.call_later(seconds, crew.stop)
            if not _have_own_ways(sessions, channel):
                return await crew.fly(None, 1)
            lanes = Lanes(crew.fly, partial(_lanes, sessions, channel))
            crew.on_stop = lanes.stop
            return await lanes.run()
    finally:
        await engine.dispose()


def _run_in_long_stretches() -> None:
    """Ask Linux not to break off the servers' work each time one of them wakes us (sched(7), `SCHED_BATCH`).

    More has come in then when it is our turn. A policy that the operator has chosen stays, and where it may not be
    changed all goes on as it was.
    """
    with suppress(OSError):
        if os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


class _Crew:
    """What the drains of one job have in common; `stop` reaches all that fly."""

    def __init__(
        self, installation: Installation, engine: AsyncEngine, buckets: Buckets, channel: str, me: str
    ) -> None:
        self._installation, self._engine, self._buckets = installation, engine, buckets
        self._channel, self._me = channel, me
        self._flying: set[Drain] = set()
        self._stopped = False
        self.on_stop: Callable[[], object] = lambda: None

    def stop(self) -> None:
        self._stopped = True
        self.on_stop()
        for drain in self._flying:
            drain.stop()

    async def fly(self, lane: Lane, share: int) -> Drained:
        """One drain from beginning to end; a fault closes the gate of what it concerns before another begins."""
        try:
            drained = await self._drained(lane, share)
        except ChannelHalted as fault:
            drained = Drained(fault=fault)
        await asyncio.to_thread(_conclude, self._installation.sessions, self._channel, drained, lane)
        return drained

    async def _drained(self, lane: Lane, share: int) -> Drained:
        sessions, channel = self._installation.sessions, self._channel
        provider = await asyncio.to_thread(_provider, self._installation, channel, lane, self._buckets)
        if not await balances.lasts(provider, sessions):
            return Drained()
        drain = _drain_over(provider, self._engine, sessions, self._me, lane=lane, share=share)
        self._flying.add(drain)
        if self._stopped:
            drain.stop()
        watching = asyncio.create_task(balances.watch(provider, sessions, drain))
        counting = asyncio.create_task(measures.count(drain, channel))
        try:
            return await drain.run()
        finally:
            self._flying.discard(drain)
            watching.cancel()
            counting.cancel()
            await asyncio.wait([watching, counting])


def _provider(installation: Installation, channel: str, lane: Lane, buckets: Buckets) -> Provider:
    if lane is None:
        return registry.provider(channel, installation.settings, installation.keys, buckets)
    from channels.email.own import open_own  # other channels' workers carry no mail

    with installation.sessions() as session:
        sealed = relays.sealed(session, lane)
    return open_own(sealed, installation.settings, installation.keys)


def _have_own_ways(sessions: Sessions, channel: str) -> bool:
    """Usually nobody has: then nothing more is asked."""
    with sessions() as session:
        return channel == CHANNEL_EMAIL and session.scalar(relays.owners().limit(1)) is not None


def _lanes(sessions: Sessions, channel: str) -> list[Lane]:
    with sessions() as session:
        return due.lanes(session, channel, now())


def _drain_over(
    provider: Provider, engine: AsyncEngine, sessions: Sessions, me: str, *, lane: Lane, share: int
) -> Drain:
    channel = provider.traits.channel
    claims = Claims(
        channel,
        holder=me,
        size=_batch(provider),
        clock=now,
        limit=_limit(sessions, channel),
        traits=provider.traits,
        answers=False if provider.traits.resident else None,
        times=_times(sessions, channel),
        cap=_cap(sessions),
        lane=lane,
    )
    return Drain(
        engine,
        provider,
        content=_contents(sessions),
        holder=me,
        clock=now,
        claims=claims,
        patience=_patience(sessions),
        share=share,
    )


def _batch(provider: Provider) -> int:
    """At most two seconds of what the channel can send, so that a late unsubscribe still counts."""
    rate = provider.traits.per_second
    return BATCH if rate is None else max(1, min(BATCH, int(rate * 2)))


def _limit(sessions: Sessions, channel: str) -> Limit | None:
    if channel != CHANNEL_EMAIL:
        return None
    with sessions() as session:
        return pacing.limit(session, partial(_open_today, sessions), now())


def _open_today(sessions: Sessions) -> None:
    with sessions.begin() as session:
        pacing.open_today(session, now())


def _times(sessions: Sessions, channel: str) -> Times:
    with sessions() as session:
        quiet = business.value(session, "quiet_hours").get(channel)
        zone = ZoneInfo(business.value(session, "timezone"))
        rules = countries.every(session) if channel == TEXTED else None
        return Times(Hours.read(**quiet).outside() if quiet else None, zone, rules)


def _cap(sessions: Sessions) -> Cap | None:
    with sessions() as session:
        return capping.cap(session)


def _patience(sessions: Sessions) -> Patience:
    with sessions() as session:
        return Patience(business.value(session, "retry_first_seconds"), business.value(session, "retry_last_seconds"))


def _contents(sessions: Sessions) -> Callable[[int, int], Content]:
    @lru_cache(maxsize=64)
    def content(content_id: int, origin_id: int) -> Content:
        with sessions() as session:
            return letters.content(session, content_id, origin_id)

    return content


def _slot(sessions: Sessions, channel: str, me: str, slots: int) -> str | None:
    for number in range(min(slots, SLOTS)):
        name = f"drain:{channel}:{number}"
        with sessions.begin() as session:
            if leases.acquire(session, name, me, LEASE_SECONDS, locked=True):
                return name
    return None


def _conclude(sessions: Sessions, channel: str, drained: Drained, lane: Lane) -> None:
    """Close a gate for a fault of the channel or the lane, and bring to its end whatever has nothing left."""
    if drained.fault is not None:
        measures.faults.add(channel)
    if drained.fault is not None and drained.fault.code == NO_MONEY:
        with sessions.begin() as session:
            balances.close(session, channel, None)
    elif drained.fault is not None:
        _report(sessions, channel, drained.fault, lane)
    for origin_id, opening in drained.closed.items():
        _wait_for(sessions, origin_id, opening)
    for origin_id in drained.ended:
        with sessions() as session:
            campaign = with_origin(session, origin_id)
        if campaign is not None:
            recipients.finish_if_done(sessions, campaign.id, now())
        else:
            trials.close_if_done(sessions, origin_id)
            asking.conclude(sessions, origin_id, now())


def _wait_for(sessions: Sessions, origin_id: int, opening: datetime) -> None:
    """A whole campaign, or a step of one, waits for its hours: said once, and no row is touched."""
    with sessions.begin() as session:
        campaign = with_origin(session, origin_id)
        if campaign is not None:
            own = campaign.origin_id == origin_id
            scope, key = (GateScope.CAMPAIGN, campaign.id) if own else (GateScope.STEP, origin_id)
            gates.close_for_a_while(session, scope, str(key), reason=Reason.QUIET_HOURS, until=opening)


def _report(sessions: Sessions, channel: str, fault: ChannelFault, lane: Lane) -> None:
    """Say why nothing goes out; a halted channel is tried again a little later than one that is only away."""
    after = FAULT_SECONDS * (4 if isinstance(fault, ChannelHalted) else 1)
    until = now() + timedelta(seconds=after)
    reason = "channel_halted" if isinstance(fault, ChannelHalted) else "retry_later"
    log.warning("channel_fault", channel=channel, code=fault.code, again_in_seconds=after)
    with sessions.begin() as session:
        details = {"code": fault.code, "params": {key: str(value) for key, value in fault.params.items()}}
        scope, key = (GateScope.CHANNEL, channel) if lane is None else (GateScope.SENDER, str(lane))
        gates.close_for_a_while(session, scope, key, reason=reason, until=until, **details)
