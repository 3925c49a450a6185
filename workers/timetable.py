"""What a tick does: finds due work in PostgreSQL and rings for it; forgetting a ring costs one tick."""

import time
from collections.abc import Sequence
from functools import partial

from channels import registry
from channels.email.place import parse_place
from channels.known import CHANNELS
from channels.outside import outside
from core.ports import Bell
from core.queries import due, leases, mailboxes, prices, series, statuses
from core.services import asking, digests, doubts, pacing, reaper, recipients, rejudging, schedules, steps, uploads
from core.services import series as runs
from core.vocabulary import CHANNEL_EMAIL
from texts import speaking
from texts.digests import digest
from workers import measures
from workers.installation import Installation, now
from workers.preparing import prepare
from workers.statuses import Due

TICK_SECONDS = 2.0
REJUDGE_SECONDS = 60
DIGEST_SECONDS = 300
rejudged_at = [0.0]
told_at = [float("-inf")]
unserved = measures.Unserved()
fetching = Due()


def tick(installation: Installation, bell: Bell) -> int:
    """Bring back what dead workers held, end what is done, forget what is old, and ring; returns how many rings."""
    sessions = installation.sessions
    _launch(installation)
    _begin(installation)
    measures.expired.inc(reaper.bring_back_expired(sessions, now()))
    doubts.retry_by_policy(sessions, now())
    asking.end_unanswered(sessions, now())
    steps.advance(sessions, now(), channels=CHANNELS)
    with sessions.begin() as session:
        pacing.open_today(session, now())
        pacing.block_at_once(session, now())
    with sessions() as session:
        to_cancel, to_finish = due.campaigns_to_cancel(session), due.campaigns_to_finish(session)
    for campaign_id in to_cancel:
        recipients.cancel_rest(sessions, campaign_id)
    for campaign_id in (*to_finish, *to_cancel):
        recipients.finish_if_done(sessions, campaign_id, now())
    uploads.forget(sessions, installation.settings.data / "uploads", now())
    if time.monotonic() - rejudged_at[0] > REJUDGE_SECONDS:
        rejudged_at[0] = time.monotonic()
        rejudging.rejudge(sessions, latest=rejudging.LATEST)
    _tell_senders(installation)
    rings = _due(installation)
    for job, argument in rings:
        bell.ring(job, argument)
    measures.ticks.inc()
    measures.ticked_at.set_to_current_time()
    return len(rings)


def _tell_senders(installation: Installation) -> None:
    """Of addresses that do not exist, once a day; looked for now and then."""
    if time.monotonic() - told_at[0] < DIGEST_SECONDS:
        return
    told_at[0] = time.monotonic()
    language = installation.settings.language

    def wording(addresses: Sequence[str], count: int) -> tuple[str, str, str]:
        with speaking(language):
            return (language, *digest(addresses, count))

    digests.send_due(installation.sessions, wording, key=installation.keys.addresses, now=now())


def _launch(installation: Installation) -> None:
    """What was scheduled for now or earlier, and runs of series; a second scheduler finds them launched."""
    with installation.sessions() as session:
        repeating = series.due(session, now())
    for series_id in repeating:
        runs.run_due(installation.sessions, series_id, now())
    with installation.sessions() as session:
        come = due.campaigns_to_launch(session, now())
    for campaign_id in come:
        world = outside(installation.settings)
        schedules.launch_due(installation.sessions, campaign_id, outside=world, channels=CHANNELS, now=now())


def _begin(installation: Installation) -> None:
    """The first few recipients of each new campaign at once: a worker under way takes them in, a free one is rung for.

    So a first message leaves within a second, though all workers are busy, or the only one is to prepare the rest.
    """
    with installation.sessions() as session:
        begun = due.campaigns_to_begin(session)
    for campaign_id in begun:
        prepare(installation, campaign_id, partial(next, iter((False,)), True))


def _due(installation: Installation) -> list[tuple[str, int | str]]:
    with installation.sessions() as session:
        prepare = due.campaigns_to_prepare(session)
        channels = due.channels_to_drain(session, now())
        imports = due.imports_to_run(session)
        unread = [channel for channel in prices.to_read(session, now()) if _has_balance(channel)]
        untold = [] if _is_reachable(installation) else fetching.among(statuses.channels(session, now()))
        idle = {channel: due.free_slots(session, channel, installation.settings.all_workers) for channel in channels}
    unserved.seen({channel: slots == installation.settings.all_workers for channel, slots in idle.items()})
    rings: list[tuple[str, int | str]] = [("drain", channel) for channel, slots in idle.items() for _ in range(slots)]
    rings += [("prepare", campaign_id) for campaign_id in prepare]
    rings += [("run_import", import_id) for import_id in imports]
    rings += [("read_balance", channel) for channel in unread]
    rings += [("fetch_statuses", channel) for channel in untold]
    if _mailbox_is_due(installation):
        rings.append(("read_returns", 0))
    return rings


def _mailbox_is_due(installation: Installation) -> bool:
    """Nobody is at it, and it was not looked at for a while."""
    url = installation.settings.returns_url
    if url is None:
        return False
    name = parse_place(url).name
    with installation.sessions() as session:
        return mailboxes.is_due(session, name, now()) and not leases.held(session, f"mailbox:{name}")


def _is_reachable(installation: Installation) -> bool:
    """Whether providers can bring us their reports."""
    return installation.settings.public_address.startswith("https:")


def _has_balance(channel: str) -> bool:
    return channel in registry.PROVIDERS and channel != CHANNEL_EMAIL
