"""Keeping what ended campaigns came to, so that their pages need not count a million deliveries each time."""

from core.database import Sessions
from core.queries import campaigns, results, steps


def keep(sessions: Sessions, campaign_id: int) -> None:
    """See to it that the results of a campaign that has ended are kept; count them if they are not, or have moved.

    Opens one transaction, and does nothing for a campaign of which something waits or is in doubt. The revision is read
    before the count: what comes in meanwhile makes the count old, never wrong.
    """
    with sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id)
        if campaign.finished_at is None:
            return
        origin_ids = steps.origins(session, campaign)
        revision = results.revision(session, origin_ids)
        if not origin_ids or results.kept(session, campaign, revision) is not None:
            return
        counted = results.counted(session, origin_ids)
        if results.are_final(counted):
            session.execute(results.keep(campaign, revision, counted))
