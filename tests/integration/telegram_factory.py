"""Campaigns by Telegram for tests: what is due is carried to the sandbox as a worker, or as the bot, does it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.serving import SANDBOX
from channels.consent import ConsentWording
from channels.email.press import press
from channels.known import CHANNELS
from core.database import Sessions
from core.messages import Content
from core.ports import Buckets
from core.queries import templates as letters
from core.services import campaigns, recipients, segments, templates
from core.services.campaigns import Preview
from core.services.claims import Claims
from core.services.dispatcher import Drain
from core.tables.campaigns import SenderRow
from sandbox.app import Sandbox
from tests.integration.bot_factory import make_telegram

GREETING = "Hello <b>{{ first_name }}</b>!"
BUTTONS = {"buttons": [{"text": "Look", "url": "https://shop.example/"}, {"text": "Tell me more"}]}


def launched(
    sessions: Sessions,
    source: str = GREETING,
    extras: Mapping[str, Any] = BUTTONS,
    *,
    name: str = "News",
    channel: str = "telegram",
    **settings: Any,
) -> Preview:
    """A campaign to everybody, previewed, launched and prepared; what its preview said."""
    with sessions.begin() as session:
        template = templates.create(
            session, press, name=name, kind="short", subject="", source=source, extras=dict(extras), by="test"
        )
        known = select(SenderRow).where(SenderRow.channel == channel)
        sender = session.scalar(known) or SenderRow(name="Shop", address="sendbote_sandbox_bot", channel=channel)
        session.add(sender)
        session.flush()
        everybody = segments.create_dynamic(session, name=f"{name}'s readers", expression={"all": []}, by="test")
        draft: dict[str, Any] = {"template_id": template.id, "sender_id": sender.id, "exclude": [], "by": "test"}
        campaign = campaigns.create(session, name=name, channel=channel, include=[everybody.id], **draft, **settings)
        preview = campaigns.preview(session, campaign.id, now(), channels=CHANNELS)
        seen: dict[str, Any] = {"confirmation": preview.confirmation, "outside": SANDBOX, "channels": CHANNELS}
        campaigns.launch(session, campaign.id, by="test", now=now(), **seen)
    asking = ConsentWording("en")
    assert recipients.prepare(
        sessions, campaign.id, channels=CHANNELS, holder="test", clock=now, stop=lambda: False, press=asking
    )
    return preview


async def carried(
    sessions: Sessions, engine: AsyncEngine, sandbox: Sandbox, buckets: Buckets, *, answers_only: bool
) -> None:
    def content(content_id: int, origin_id: int) -> Content:
        with sessions() as session:
            return letters.content(session, content_id, origin_id)

    provider = make_telegram(sandbox.url, buckets)
    holder = "courier" if answers_only else "worker"
    claims = Claims(
        "telegram",
        holder=holder,
        size=50,
        clock=now,
        limit=None,
        traits=provider.traits,
        answers=answers_only,
    )
    drain = Drain(engine, provider, content=content, holder=holder, clock=now, claims=claims)
    assert (await drain.run()).fault is None


def now() -> datetime:
    return datetime.now(UTC)
