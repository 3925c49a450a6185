"""The campaign of the benchmarks: a personalised letter of about 5 kB to everybody, launched as often as wanted."""

from datetime import UTC, datetime

from sqlalchemy import text

from channels.email.press import press
from channels.known import CHANNELS
from core.database import Sessions
from core.queries import campaigns as queries
from core.rules.outside import Outside
from core.services import campaigns, pacing, recipients, segments, senders, templates

SOURCE = """\
<html><body style="font-family: Arial, sans-serif; color: #222222">
<h1>Hello {{ first_name }}</h1>
<p>Thank you for being with us in {{ city|fallback("your town") }}. Here is what is new this week.</p>
%s
<p><a href="https://shop.example/spring">See what is new</a> or read <a href="https://shop.example/guide">our guide</a>.
Your local shop in {{ city|fallback("your town") }} is
<a href="https://shop.example/near?c={{ city|fallback("x") }}">here</a>.</p>
</body></html>
"""
PARAGRAPH = (
    "<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore "
    "magna aliqua.</p>\n"
)
PEOPLE = [
    """
    INSERT INTO contacts (first_name, last_name, language, attributes)
    SELECT 'Name' || n, 'Surname' || n, 'en', jsonb_build_object('city', 'City' || n % 100)
    FROM generate_series(1 + :already, :rows) AS n
    """,
    """
    INSERT INTO identities (contact_id, channel, address, address_key)
    SELECT id, 'email', 'user' || id || '@example.test', decode(md5(id::text), 'hex') FROM contacts WHERE id > :already
    """,
]
HERE = Outside(None, real_relay=False)


def draft(sessions: Sessions, rows: int) -> int:
    """So many contacts, and a draft to all of them; its id."""
    now = datetime.now(UTC)
    with sessions.begin() as session:
        session.execute(text("INSERT INTO attributes (key, label, type) VALUES ('city', 'City', 'text')"))
    more(sessions, 0, rows)
    with sessions.begin() as session:
        pacing.set_limit(session, 100_000_000, by="bench", now=now)
        letter = templates.create(
            session,
            press,
            name="Letter",
            kind="html",
            subject="Hello {{ first_name }}",
            source=SOURCE % (PARAGRAPH * 14),
            by="bench",
        )
        everyone = segments.create_dynamic(session, name="Everyone", expression={"all": []}, by="bench")
        sender = senders.create(session, name="Shop", address="news@shop.example", by="bench")
        made = campaigns.create(
            session,
            name="Round",
            template_id=letter.id,
            sender_id=sender.id,
            include=[everyone.id],
            exclude=[],
            by="bench",
        )
        return made.id


def more(sessions: Sessions, already: int, rows: int) -> None:
    """Contacts up to that number."""
    with sessions.begin() as session:
        for statement in PEOPLE:
            given = {"already": already, "rows": rows}
            session.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text("VACUUM ANALYZE"))


def previewed(sessions: Sessions, drafted: int) -> tuple[int, str]:
    """A copy of the draft, and what confirms its launch."""
    now = datetime.now(UTC)
    with sessions.begin() as session:
        kept = queries.get(session, drafted)
        copied = campaigns.create(
            session,
            name="Round",
            channel=kept.channel,
            template_id=kept.template_id,
            sender_id=kept.sender_id,
            include=kept.include,
            exclude=[],
            by="bench",
        )
        return copied.id, campaigns.preview(session, copied.id, now, channels=CHANNELS).confirmation


def launch(sessions: Sessions, campaign_id: int, confirmation: str) -> None:
    now = datetime.now(UTC)
    with sessions.begin() as session:
        campaigns.launch(
            session, campaign_id, confirmation=confirmation, outside=HERE, channels=CHANNELS, by="bench", now=now
        )


def prepare(sessions: Sessions, campaign_id: int) -> None:
    now = datetime.now(UTC)
    assert recipients.prepare(
        sessions, campaign_id, channels=CHANNELS, holder="bench", clock=lambda: now, stop=lambda: False, press=None
    )


def launched(sessions: Sessions, drafted: int) -> int:
    """A copy of the draft, launched and prepared; its id."""
    campaign_id, confirmation = previewed(sessions, drafted)
    launch(sessions, campaign_id, confirmation)
    prepare(sessions, campaign_id)
    return campaign_id
