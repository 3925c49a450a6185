"""How long the panel's pages take with a million contacts and ten million deliveries, as a browser would ask for them.

python -m bench.panel [--rows 1000000] [--campaigns 11] [--rounds 3] [--json] [--data DIRECTORY]
"""

import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import text

import config
from admin.app import create_app, first_login
from bench.installation import arguments, opened
from bench.people import NOW, fill, vacuum
from bench.table import Line, show, tell
from config.keys import load_keys
from core.database import Sessions

HOME = "http://localhost:8025"
CAMPAIGN = [
    """
    INSERT INTO campaigns (name, channel, purpose, state, sender_id, content_id, include, created_by, launched_at,
        prepared_at, finished_at)
    SELECT 'Campaign ' || n, 'email', 'marketing', 'sent', 1, 1, '[1]', 'bench', :now, :now, :now
    FROM generate_series(2, :campaigns) AS n
    """,
    """
    INSERT INTO origins (kind, channel, purpose, campaign_id, sender_id, open)
    SELECT 'campaign', 'email', 'marketing', id, 1, false FROM campaigns WHERE origin_id IS NULL ORDER BY id
    """,
    "UPDATE campaigns SET origin_id = origins.id FROM origins WHERE origins.campaign_id = campaigns.id",
]
DELIVERIES = """
    INSERT INTO deliveries (origin_id, contact_id, identity_id, content_id, channel, state, reason, attempt,
        address_key, settled_at)
    SELECT :origin, contact_id, id, 1, 'email', CASE WHEN contact_id % 100 = 3 THEN 'failed' ELSE 'sent' END,
        CASE WHEN contact_id % 100 = 3 THEN 'recipient_server_refused' END, 1, address_key, :now
    FROM identities WHERE channel = 'email' ORDER BY contact_id
"""
EMPTY = """
    SELECT origin_id FROM campaigns WHERE state = 'sent'
    AND NOT EXISTS (SELECT FROM deliveries WHERE deliveries.origin_id = campaigns.origin_id)
"""
"""Sent campaigns alone: another part may have left one here that it only prepared."""
ENGAGEMENTS = """
    INSERT INTO engagements (delivery_id, origin_id, contact_id, read_at, reads, clicked_at, clicks)
    SELECT id, origin_id, contact_id, settled_at, 1, CASE WHEN contact_id % 20 = 4 THEN settled_at END,
        CASE WHEN contact_id % 20 = 4 THEN 1 ELSE 0 END
    FROM deliveries WHERE contact_id % 5 = 4 AND state = 'sent' AND origin_id = :origin
"""
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'deliveries' AND indexname LIKE 'ix_%'
"""
PAGES = {
    "home": ("campaigns", "/"),
    "result": ("what one of them came to, which the page then asks for", "/campaigns/1/result"),
    "contacts": ("contacts", "/contacts/"),
    "contacts_search": ("contacts, searched by the beginning of a name", "/contacts/?search=Fisch"),
    "contact": ("one contact", "/contacts/{middle}"),
    "campaign": ("a campaign's figures and charts", "/campaigns/1"),
    "recipients": ("its recipients one by one", "/campaigns/1/recipients"),
    "segments": ("segments", "/segments/"),
    "templates": ("letters", "/templates/"),
    "suppressions": ("lists", "/do-not-contact/"),
}


def fill_deliveries(sessions: Sessions, campaigns: int) -> int:
    """That many sent campaigns to everybody in all; how many deliveries there are then. Indexes are made at the end."""
    with sessions.begin() as session:
        known = session.scalar(text("SELECT count(*) FROM campaigns WHERE state = 'sent'")) or 0
        if known < campaigns:
            session.execute(text(CAMPAIGN[0]), {"campaigns": campaigns - known + 1, "now": NOW})
            for statement in CAMPAIGN[1:]:
                session.execute(text(statement))
            indexes = session.execute(text(INDEXES)).all()
            for name, _ in indexes:
                session.execute(text(f"DROP INDEX {name}"))
            for origin in session.scalars(text(EMPTY)).all():
                session.execute(text(DELIVERIES), {"origin": origin, "now": NOW})
            for _, definition in indexes:
                session.execute(text(definition))
            for origin in session.scalars(text("SELECT id FROM origins WHERE id > 1")).all():
                session.execute(text(ENGAGEMENTS + " ON CONFLICT DO NOTHING"), {"origin": origin})
    vacuum(sessions)
    with sessions() as session:
        return session.scalar(text("SELECT count(*) FROM deliveries")) or 0


def visitor(sessions: Sessions, data: Path) -> FlaskClient:
    """A browser in which the first administrator has logged in; in a kept database there was another before."""
    with sessions.begin() as session:
        session.execute(text("TRUNCATE accounts CASCADE"))
    app = create_app(config.load({"SENDBOTE_DATA": str(data)}), load_keys(data), sessions)
    login = first_login(app)
    assert login, "an installation that nobody has logged in to"
    client = app.test_client()
    page = client.get("/login", base_url=HOME).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    fields = {"csrf_token": token[1], "email": login[0], "password": login[1]}
    answer = client.post("/login", base_url=HOME, headers={"Origin": HOME, "Referer": f"{HOME}/"}, data=fields)
    assert answer.status_code == 302
    return client


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--campaigns", type=int, default=11, help="how many were sent to everybody")
    asked = parser.parse_args()
    found = []
    with opened(asked.data) as sessions, TemporaryDirectory() as data:
        fill(sessions, asked.rows)
        deliveries = fill_deliveries(sessions, asked.campaigns)
        client = visitor(sessions, Path(data))
        for key, (what, path) in PAGES.items():
            took = best(client, path.format(middle=asked.rows // 2), asked.rounds)
            found.append(Line(f"panel.{key}", f"{what}", round(took, 3), "s"))
    found.append(Line("panel.deliveries", f"deliveries beside {asked.rows:,} contacts", deliveries, ""))
    (tell if asked.json else show)(found)


def best(client: FlaskClient, path: str, rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = client.get(path, base_url=HOME, follow_redirects=True)
        took.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return min(took)


if __name__ == "__main__":
    main()
