"""Judging stored opens and clicks once more: by the rules as they are now, and by what one request cannot tell."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database import Sessions
from core.rules.actors import BURST, BURST_LINKS, BURST_SECONDS, actor
from core.vocabulary import Actor

LATEST = 50_000
"""So many events are looked at again each time: enough for what a minute brings."""
AGENTS = """
SELECT DISTINCT coalesce(details->>'agent', ''), split_part(coalesce(actor_rule, ''), '/', 1) FROM events
WHERE provider = 'web' AND kind IN ('opened', 'clicked') AND id > :after
"""
BURSTS = """
CREATE TEMPORARY TABLE bursts ON COMMIT DROP AS
WITH clicks AS (
    SELECT id, delivery_id, link_id, at FROM events
    WHERE kind = 'clicked' AND provider = 'web' AND id > :after AND delivery_id IS NOT NULL),
starts AS (
    SELECT c.delivery_id, c.at FROM clicks c
    JOIN clicks o ON o.delivery_id = c.delivery_id AND o.at BETWEEN c.at AND c.at + make_interval(secs => :seconds)
    GROUP BY c.id, c.delivery_id, c.at HAVING count(DISTINCT o.link_id) >= :links)
SELECT DISTINCT o.id FROM starts s
JOIN clicks o ON o.delivery_id = s.delivery_id AND o.at BETWEEN s.at AND s.at + make_interval(secs => :seconds)
"""
JUDGE = """
WITH told AS (
    SELECT * FROM unnest(
        CAST(:agents AS text[]), CAST(:hows AS text[]), CAST(:actors AS text[]), CAST(:rules AS text[])
    ) AS told (agent, how, actor, rule)),
judged AS (
    SELECT e.id, CASE WHEN b.id IS NULL THEN t.actor ELSE :machine END AS actor,
           CASE WHEN b.id IS NULL THEN t.rule ELSE :burst END AS rule
    FROM events e
    JOIN told t ON t.agent = coalesce(e.details->>'agent', '')
        AND t.how = split_part(coalesce(e.actor_rule, ''), '/', 1)
    JOIN deliveries d ON d.id = e.delivery_id
    JOIN origins o ON o.id = d.origin_id AND o.events_summed_up_to = 0
    LEFT JOIN bursts b ON b.id = e.id
    WHERE e.provider = 'web' AND e.kind IN ('opened', 'clicked') AND e.id > :after)
UPDATE events e SET actor = j.actor, actor_rule = j.rule FROM judged j
WHERE j.id = e.id AND (e.actor <> j.actor OR e.actor_rule IS DISTINCT FROM j.rule)
RETURNING e.delivery_id
"""
SUM = """
WITH summed AS (
    SELECT delivery_id,
           min(at) FILTER (WHERE actor <> 'machine') AS read_at,
           min(at) FILTER (WHERE actor <> 'machine' AND kind = 'clicked') AS clicked_at,
           count(*) FILTER (WHERE actor <> 'machine' AND kind = 'opened') AS reads,
           count(*) FILTER (WHERE actor <> 'machine' AND kind = 'clicked') AS clicks
    FROM events WHERE delivery_id = ANY(:deliveries) AND kind IN ('opened', 'clicked') GROUP BY delivery_id)
UPDATE engagements g SET read_at = s.read_at, clicked_at = s.clicked_at, reads = s.reads, clicks = s.clicks
FROM summed s WHERE s.delivery_id = g.delivery_id
"""


def rejudge(sessions: Sessions, *, latest: int | None = None) -> int:
    """Judge all stored opens and clicks again, or the `latest`; returns how many were judged otherwise than before.

    Figures follow in the same transaction; where old events are summed up and gone they stay as they are. A rule that
    only shows over several requests (three links within two seconds) is applied here alone.
    """
    with sessions.begin() as session:
        after = 0
        if latest is not None:
            after = max(0, (session.scalar(text("SELECT max(id) FROM events")) or 0) - latest)
        session.execute(text(BURSTS), {"after": after, "seconds": BURST_SECONDS, "links": BURST_LINKS})
        changed = _judged(session, after)
        if changed:
            session.execute(text(SUM), {"deliveries": sorted({one for one in changed if one is not None})})
        return len(changed)


def _judged(session: Session, after: int) -> list[int | None]:
    given = session.execute(text(AGENTS), {"after": after}).all()
    told = [(agent, how, *actor(agent, how)) for agent, how in given]
    values = {
        "agents": [agent for agent, _, _, _ in told],
        "hows": [how for _, how, _, _ in told],
        "actors": [who.value for _, _, who, _ in told],
        "rules": [rule for _, _, _, rule in told],
        "after": after,
        "machine": Actor.MACHINE.value,
        "burst": BURST,
    }
    return list(session.scalars(text(JUDGE), values))
