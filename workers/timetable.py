"""What a tick does: finds due work in PostgreSQL and rings for it; forgetting a ring costs one tick."""

import time

from channels import registry
from core.ports import Bell
from core.queries import due, prices
from core.services import consent, doubts, pacing, reaper, recipients, rejudging, uploads
from core.vocabulary import CHANNEL_EMAIL
from workers import measures
from workers.installation import Installation, now

TICK_SECONDS = 2.0
REJUDGE_SECONDS = 60
rejudged_at = [0.0]
unserved = measures.Unserved()


def tick(installation: Installation, bell: Bell) -> int:
    """Bring back what dead workers held, end what is done, forget what is old, and ring; returns how many rings."""
    sessions = installation.sessions
    measures.expired.inc(reaper.bring_back_expired(sessions, now()))
    doubts.retry_by_policy(sessions, now())
    consent.end_unanswered(sessions, now())
    with sessions.begin() as session:
        pacing.open_today(session, now())
        pacing.block_at_once(session, now())
    with sessions() as session:
        to_cancel, to_finish = due.campaigns_to_cancel(session), due.campaigns_to_finish(session)
    for campaign_id in to_cancel:
        while recipients.cancel_rest(sessions, campaign_id):
            pass
    for campaign_id in (*to_finish, *to_cancel):
        recipients.finish_if_done(sessions, campaign_id, now())
    uploads.forget(sessions, installation.settings.data / "uploads", now())
    if time.monotonic() - rejudged_at[0] > REJUDGE_SECONDS:
        rejudged_at[0] = time.monotonic()
        rejudging.rejudge(sessions, latest=rejudging.LATEST)
    rings = _due(installation)
    for job, argument in rings:
        bell.ring(job, argument)
    measures.ticks.inc()
    measures.ticked_at.set_to_current_time()
    return len(rings)


def _due(installation: Installation) -> list[tuple[str, int | str]]:
    with installation.sessions() as session:
        prepare = due.campaigns_to_prepare(session)
        channels = due.channels_to_drain(session, now())
        imports = due.imports_to_run(session)
        unread = [channel for channel in prices.to_read(session, now()) if _has_balance(channel)]
        idle = {channel: due.free_slots(session, channel, installation.settings.all_workers) for channel in channels}
    unserved.seen({channel: slots == installation.settings.all_workers for channel, slots in idle.items()})
    rings: list[tuple[str, int | str]] = [("prepare", campaign_id) for campaign_id in prepare]
    rings += [("run_import", import_id) for import_id in imports]
    rings += [("read_balance", channel) for channel in unread]
    for channel, slots in idle.items():
        rings += [("drain", channel)] * slots
    return rings


def _has_balance(channel: str) -> bool:
    return channel in registry.PROVIDERS and channel != CHANNEL_EMAIL
