"""Opens and clicks in one statement a group: judged, appended, summed and counted in a single round trip.

Written as text and prepared once, whatever the length of its arrays: a letter to a million is opened by thousands in
the same second. The lists are asked by scalar subqueries, which always go by an index.
"""

from sqlalchemy import text

from core.hot import Statement

_JUDGED = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(
        CAST(:kinds AS text[]), CAST(:providers AS text[]), CAST(:keys AS text[]), CAST(:delivery_ids AS bigint[]),
        CAST(:link_ids AS bigint[]), CAST(:actors AS text[]), CAST(:rules AS text[]), CAST(:details AS text[]),
        CAST(:moments AS timestamptz[])
    ) AS g (kind, provider, key, delivery_id, link_id, actor, rule, details, at)
), allowed AS MATERIALIZED (
    SELECT g.*, d.origin_id, d.contact_id, coalesce(c.settings ->> 'tracking', account.mode, 'individual') AS mode
    FROM given g
    JOIN deliveries d ON d.id = g.delivery_id
    JOIN origins o ON o.id = d.origin_id
    LEFT JOIN campaigns c ON c.id = o.campaign_id
    LEFT JOIN (SELECT value #>> '{}' AS mode FROM settings WHERE key = 'tracking') account ON true
    WHERE g.at <= coalesce(least((
        SELECT min(added_at) FROM suppressions s WHERE s.address_key = d.address_key AND s.released_at IS NULL
        AND s.list IN ('unsubscribed', 'complaints', 'erased') AND s.topic IS NULL
        AND (s.channel IS NULL OR s.channel = d.channel)
    ), (
        SELECT min(added_at) FROM suppressions s WHERE s.contact_id = d.contact_id AND s.address_key IS NULL
        AND s.released_at IS NULL AND s.list IN ('unsubscribed', 'complaints', 'erased') AND s.topic IS NULL
        AND (s.channel IS NULL OR s.channel = d.channel)
    )), 'infinity')
)"""
_ADDED = """, added AS (
    INSERT INTO events (kind, provider, key, delivery_id, link_id, actor, actor_rule, details, at)
    SELECT kind, provider, key, delivery_id, nullif(link_id, 0), actor, nullif(rule, ''), CAST(details AS jsonb), at
    FROM allowed WHERE mode = 'individual'"""
_NEW = """
    ON CONFLICT (provider, key) DO NOTHING
    RETURNING provider, key
), fresh AS (
    SELECT allowed.* FROM allowed JOIN added USING (provider, key)"""
_SUMMED = """
), summed AS (
    INSERT INTO engagements AS e (delivery_id, origin_id, contact_id, read_at, clicked_at, reads, clicks)
    SELECT delivery_id, origin_id, contact_id,
        min(at) FILTER (WHERE actor <> 'machine'),
        min(at) FILTER (WHERE actor <> 'machine' AND kind = 'clicked'),
        count(*) FILTER (WHERE actor <> 'machine' AND kind = 'opened'),
        count(*) FILTER (WHERE actor <> 'machine' AND kind = 'clicked')
    FROM {fresh} WHERE mode = 'individual'
    GROUP BY 1, 2, 3 ORDER BY 1
    ON CONFLICT (delivery_id) DO UPDATE SET
        read_at = least(e.read_at, excluded.read_at), clicked_at = least(e.clicked_at, excluded.clicked_at),
        reads = e.reads + excluded.reads, clicks = e.clicks + excluded.clicks
), remembered AS (
    INSERT INTO counted_groups (id)
    SELECT CAST(:group AS text) WHERE EXISTS (SELECT FROM allowed WHERE mode = 'anonymous')
    ON CONFLICT DO NOTHING
    RETURNING id
), counted AS (
    INSERT INTO tallies AS t (origin_id, kind, link_id, actor, count)
    SELECT origin_id, kind, link_id, actor, count(*) FROM allowed, remembered WHERE mode = 'anonymous'
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (origin_id, kind, link_id, actor) DO UPDATE SET count = t.count + excluded.count
)
SELECT count(*) FROM {fresh}
"""

WATCH = Statement(text(_JUDGED + _ADDED + _SUMMED.format(fresh="allowed")))
"""Record the group given as one array a column, of keys that were never given before.

After a withdrawal, where tracking is off, or of a delivery that does not exist nothing is recorded; where it is
anonymous they are only counted, and of a `group` that was counted before not even that. `link_ids` holds 0 for an open,
`rules` may be empty.
"""
WATCH_AGAIN = Statement(text(_JUDGED + _ADDED + _NEW + _SUMMED.format(fresh="fresh")))
"""The same for what may have been recorded before: to ask each key costs a sixth more."""
