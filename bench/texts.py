"""How long recipients of an SMS campaign take to prepare, without and with a frequency cap, and a later step.

python -m bench.texts [--rows 170000] [--rounds 3] [--json] [--data DIRECTORY]

Three of five contacts have a number, so that 170,000 make a campaign of 102,000.
"""

from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bench.figures import Figures
from bench.installation import arguments, opened
from bench.people import NOW, fill, vacuum
from bench.recipients import clear, launch, prepare, preview
from bench.segments import segment
from channels.email.press import press
from channels.known import CHANNELS
from core.database import Sessions
from core.services import campaigns, senders, settings, steps, templates
from core.services.steps import Wanted
from core.tables.campaigns import Campaign
from core.tables.deliveries import Delivery
from core.tables.steps import CampaignStep

ROWS = 170_000


def draft(sessions: Sessions) -> int:
    """To everybody with a number; by Telegram where it failed."""
    with sessions.begin() as session:
        text = templates.create(session, press, name="Text", kind="short", subject="", source="Hello", by="bench")
        number = senders.create(session, name="Shop", address="+4915110000001", channel="sms", by="bench")
        bot = senders.create(session, name="Bot", address="shop_bot", channel="telegram", by="bench")
        made = campaigns.create(
            session,
            name="Texts",
            template_id=text.id,
            sender_id=number.id,
            include=[segment(session, "with a number", {"has_channel": "sms"})],
            exclude=[],
            channel="sms",
            by="bench",
        )
        _later(session, made, Wanted("telegram", text.id, bot.id, 0, silent=False))
        return made.id


def _later(session: Session, campaign: Campaign, wanted: Wanted) -> None:
    steps.put(session, campaign.id, [wanted], version=campaign.version, channels=CHANNELS, by="bench")


def look(sessions: Sessions) -> str:
    """Once over all, of whom one in ten failed."""
    rounds = 1
    while steps.advance(sessions, NOW, channels=CHANNELS):
        rounds += 1
    return f"{rounds} transactions"


def main() -> None:
    parser = arguments(__doc__)
    parser.set_defaults(rows=ROWS)
    asked = parser.parse_args()
    figures = Figures(f"An SMS campaign, {asked.rows:,} contacts", asked.rounds)
    with opened(asked.data) as sessions:
        fill(sessions, asked.rows)
        for cap in (None, 3):
            with sessions.begin() as session:
                settings.set_frequency_cap(session, cap, days=7, by="bench")
            name = "without a cap" if cap is None else "with a cap of 3 in 7 days"
            campaign_id = draft(sessions) if cap is None else copy(sessions)
            shown = preview(sessions, campaign_id)
            figures.best(f"preview {name}", partial(reachable, sessions, campaign_id))
            launch(sessions, campaign_id, shown.confirmation)
            figures.once(f"prepare {name}", partial(prepare, sessions, campaign_id))
        fail_a_tenth(sessions)
        figures.once("look for whom the next channel is needed", lambda: look(sessions))
        figures.show(as_json=asked.json)
        if asked.data is not None:
            clear(sessions)


def reachable(sessions: Sessions, campaign_id: int) -> str:
    return f"{preview(sessions, campaign_id).reachable:,} reachable"


def copy(sessions: Sessions) -> int:
    """The same once more, on one channel."""
    with sessions.begin() as session:
        first = session.scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
        assert first is not None
        return campaigns.create(
            session,
            name="Again",
            template_id=first.template_id,
            sender_id=first.sender_id,
            include=first.include,
            exclude=[],
            channel="sms",
            by="bench",
        ).id


def fail_a_tenth(sessions: Sessions) -> None:
    with sessions.begin() as session:
        settled = {"settled_at": NOW, "attempt": 1}
        session.execute(update(Delivery).where(Delivery.state == "pending").values(state="sent", **settled))
        tenth = (Delivery.state == "sent", Delivery.contact_id % 10 == 1, Delivery.channel == "sms")
        session.execute(
            update(Delivery).where(*tenth).values(state="failed", reason="recipient_server_refused", **settled)
        )
        session.execute(update(CampaignStep).values(look_at=None))
    vacuum(sessions)


if __name__ == "__main__":
    main()
