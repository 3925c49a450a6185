"""Makes people for the benchmarks, by one statement a table, and always the same ones.

    python -m bench.people [--rows 1000000] [--data DIRECTORY]

Of a hundred contacts 98 have an email address, 60 a number and 5 have written to the bot; 70 consented to email and
7 of them withdrew; 3 addresses and 1 contact are on some list; every fifth is in a static segment. One campaign was
sent to all with an email address, and one in five of them read it.
"""

from datetime import UTC, datetime

from sqlalchemy import text

from bench.figures import Figures
from bench.installation import arguments, opened
from core.database import Sessions

NUMBERS = "FROM generate_series(1, :rows) AS n"
KEY = "decode(md5('{channel}' || n), 'hex')"

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)

STATEMENTS = [
    """
    INSERT INTO attributes (key, label, type) VALUES
        ('city', 'City', 'text'), ('points', 'Points', 'number'), ('birthday', 'Birthday', 'date'),
        ('vip', 'VIP', 'flag'), ('shop', 'Shop', 'text'), ('revenue', 'Revenue', 'number'), ('since', 'Since', 'date')
    """,
    f"""
    INSERT INTO contacts (external_id, first_name, last_name, language, country, timezone, attributes, created_at)
    SELECT 'C' || n,
        (ARRAY['Ada', 'Ben', 'Cleo', 'Dora', 'Emil', 'Finn', 'Greta', 'Hans', 'Ida', 'Jörg'])[1 + n % 10],
        (ARRAY['Adler', 'Becker', 'Conrad', 'Decker', 'Ebert', 'Fischer', 'Graf', 'Huber', 'Ihle', 'Jung'])
            [1 + n / 10 % 10] || translate(substr(md5('name' || n), 1, 4), '0123456789', 'ghijklmnop'),
        CASE WHEN n % 4 = 0 THEN 'en' ELSE 'de' END,
        (ARRAY['DE', 'DE', 'DE', 'DE', 'DE', 'DE', 'AT', 'AT', 'CH', NULL])[1 + n / 7 % 10],
        'Europe/Berlin',
        jsonb_build_object(
            'city', (ARRAY['Berlin', 'Hamburg', 'München', 'Köln', 'Wien', 'Zürich'])[1 + n / 3 % 6],
            'points', n % 1000 * 919 % 1000,
            'birthday', to_char(date '1940-01-01' + n % 24000 * 31 % 24000, 'YYYY-MM-DD'),
            'vip', n % 20 = 0,
            'shop', 'Shop number ' || n % 97,
            'revenue', n % 100000 / 100.0,
            'since', to_char(date '2010-01-01' + n % 5800, 'YYYY-MM-DD')),
        timestamptz '2026-05-20' - n % 1000 * interval '1 day'
    {NUMBERS}
    """,
    *(
        f"""
        INSERT INTO identities (contact_id, channel, address, address_key, invalid)
        SELECT n, '{channel}', {address}, {KEY.format(channel=channel)}, n % 500 = 0 {NUMBERS} WHERE {who}
        """
        for channel, address, who in (
            ("email", "'person' || n || '@example' || n % 300 || '.org'", "n % 50 <> 0"),
            ("sms", "'+49151' || lpad(n::text, 8, '0')", "n % 5 < 3"),
            ("telegram", "(100000000 + n)::text", "n % 20 = 1"),
        )
    ),
    """
    INSERT INTO conversations (identity_id, last_inbound_at, blocked_at)
    SELECT id, :now - contact_id % 90 * interval '1 day', CASE WHEN contact_id % 200 = 1 THEN :now END
    FROM identities WHERE channel = 'telegram'
    """,
    f"""
    INSERT INTO consents (contact_id, channel, purpose, given, way, at)
    SELECT n, 'email', 'marketing', true, 'import', :now - interval '1 year' {NUMBERS} WHERE n % 10 < 7
    """,
    f"""
    INSERT INTO consents (contact_id, channel, purpose, given, way, at)
    SELECT n, 'email', 'marketing', false, 'link', :now {NUMBERS} WHERE n % 100 < 7
    """,
    f"""
    INSERT INTO suppressions (list, channel, address_key, purpose, source)
    SELECT (ARRAY['general', 'unsubscribed', 'complaints'])[1 + n % 3], 'email', {KEY.format(channel="email")},
        CASE WHEN n % 3 > 0 THEN 'marketing' END, 'bounce'
    {NUMBERS} WHERE n % 100 IN (11, 44, 77)
    """,
    f"""
    INSERT INTO suppressions (list, contact_id, purpose, source)
    SELECT 'marketing', n, 'marketing', 'person' {NUMBERS} WHERE n % 100 = 33
    """,
    "INSERT INTO segments (name, kind, created_by) VALUES ('Every fifth', 'static', 'bench')",
    f"INSERT INTO segment_members (segment_id, contact_id, added_at) SELECT 1, n, :now {NUMBERS} WHERE n % 5 = 0",
    "INSERT INTO senders (name, address) VALUES ('Shop', 'news@shop.example')",
    """
    INSERT INTO contents (kind, language, source, subject, text, hash, required) VALUES
        ('text', 'en', 'Hello {{ first_name }}', 'Hello', 'Hello {{ first_name }}', '', '["first_name"]')
    """,
    """
    INSERT INTO templates (name, kind, subject, source, content_id, created_by) VALUES
        ('Hello', 'text', 'Hello', 'Hello {{ first_name }}', 1, 'bench')
    """,
    """
    INSERT INTO campaigns (name, channel, purpose, state, sender_id, content_id, include, created_by)
    VALUES ('Spring', 'email', 'marketing', 'sent', 1, 1, '[1]', 'bench')
    """,
    """
    INSERT INTO origins (kind, channel, purpose, campaign_id, sender_id, open)
    VALUES ('campaign', 'email', 'marketing', 1, 1, false)
    """,
    "UPDATE campaigns SET origin_id = 1, launched_at = :now, prepared_at = :now, finished_at = :now",
    """
    INSERT INTO deliveries (origin_id, contact_id, identity_id, content_id, channel, state, reason, attempt,
        address_key, settled_at)
    SELECT 1, contact_id, id, 1, 'email', CASE WHEN contact_id % 100 = 3 THEN 'failed' ELSE 'sent' END,
        CASE WHEN contact_id % 100 = 3 THEN 'recipient_server_refused' END, 1, address_key,
        :now - contact_id % 60 * interval '1 day'
    FROM identities WHERE channel = 'email' ORDER BY contact_id
    """,
    """
    INSERT INTO engagements (delivery_id, origin_id, contact_id, read_at, reads, clicked_at, clicks)
    SELECT id, 1, contact_id, settled_at, 1, CASE WHEN contact_id % 20 = 4 THEN settled_at END,
        CASE WHEN contact_id % 20 = 4 THEN 1 ELSE 0 END
    FROM deliveries WHERE contact_id % 5 = 4 AND state = 'sent'
    """,
    "INSERT INTO links (content_id, position, url) VALUES (1, 0, 'https://shop.example/')",
    """
    INSERT INTO events (kind, provider, key, delivery_id, link_id, actor, at)
    SELECT 'clicked', 'web', 'c' || delivery_id, delivery_id, 1, 'person', clicked_at
    FROM engagements WHERE clicks > 0
    UNION ALL
    SELECT 'opened', 'web', 'o' || delivery_id, delivery_id, NULL, 'person', read_at FROM engagements
    UNION ALL
    SELECT 'bounced', 'smtp', 'b' || id, id, NULL, 'unknown', settled_at FROM deliveries WHERE state = 'failed'
    """,
]


def fill(sessions: Sessions, rows: int) -> None:
    """Make that many contacts with all that belongs to them, unless there are some already."""
    with sessions.begin() as session:
        if session.scalar(text("SELECT EXISTS (SELECT 1 FROM contacts)")):
            return
        for statement in STATEMENTS:
            given = {"rows": rows, "now": NOW}
            session.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})
    vacuum(sessions)


def vacuum(sessions: Sessions) -> None:
    """What autovacuum does within minutes: statistics, and the map of pages that all transactions may see."""
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text("VACUUM ANALYZE"))


def main() -> None:
    asked = arguments(__doc__).parse_args()
    figures = Figures(f"{asked.rows:,} contacts", 1)
    with opened(asked.data) as sessions:
        figures.once("make them", lambda: fill(sessions, asked.rows))
        figures.show(as_json=asked.json)


if __name__ == "__main__":
    main()
