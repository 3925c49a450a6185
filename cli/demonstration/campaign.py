"""The slice from contact list to statistics, through the same services as every door's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from channels.email.press import press
from channels.known import CHANNELS
from channels.outside import outside
from cli.context import Opened
from cli.demonstration import letter
from core.queries import settings as business
from core.queries import statistics
from core.queries.statistics import Figures
from core.services import campaigns, import_runs, imports, pacing, segments, senders, templates
from core.vocabulary import CampaignState, DeliveryState
from texts import _

BY = "demo"
POLL_SECONDS = 0.2
SETTLING_SECONDS = 30

Tell = Callable[[str, float], None]
"""Hears what is being done, and how much of it is done (0–1)."""


@dataclass(frozen=True, slots=True)
class Imported:
    contacts: int
    refused: int


def take_in(door: Opened, path: Path, tell: Tell) -> Imported:
    """Import the file: what columns mean is proposed by their headers, tried first, then done for good."""
    with door.sessions.begin() as session:
        import_id = imports.register(session, filename=path.name, path=path, by=BY).id
        imports.choose(session, import_id, imports.proposal(path).mapping)
    for for_good, words in ((False, _("Trying the import")), (True, _("Importing"))):
        result = import_runs.run(
            door.sessions,
            import_id,
            for_good=for_good,
            key=door.keys.addresses,
            country=door.settings.default_country,
            holder=BY,
            now=datetime.now(UTC),
            progress=lambda done, words=words: tell(words, done),  # type: ignore[misc]
        )
    return Imported(result.added, result.refused)


def draft(door: Opened, recipients: int) -> int:
    """Two segments, a letter, a sender, and a campaign of them; today's limit is set to fit."""
    now = datetime.now(UTC)
    with door.sessions.begin() as session:
        pacing.set_limit(session, recipients * 2 + 1000, by=BY, now=now)
        business.put(session, "retry_first_seconds", 1, by=BY)
        subscribers = segments.create_dynamic(
            session, name=_("Newsletter"), expression={"attribute": "newsletter", "op": "eq", "value": True}, by=BY
        )
        staff = segments.create_dynamic(
            session, name=_("Staff"), expression={"field": "external_id", "op": "starts", "value": "M"}, by=BY
        )
        made = templates.create(
            session, press, name=_("Spring"), kind="mjml", subject=letter.SUBJECT, source=letter.SOURCE, by=BY
        )
        sender = senders.create(session, name="The Green Shop", address="letters@shop.example", by=BY)
        campaign = campaigns.create(
            session,
            name=_("Spring has come"),
            template_id=made.id,
            sender_id=sender.id,
            include=[subscribers.id],
            exclude=[staff.id],
            by=BY,
        )
        return campaign.id


def launch(door: Opened, campaign_id: int) -> campaigns.Preview:
    """Look, then launch what was looked at; returns the preview."""
    now = datetime.now(UTC)
    with door.sessions() as session:
        preview = campaigns.preview(session, campaign_id, now, channels=CHANNELS)
    with door.sessions.begin() as session:
        campaigns.launch(
            session,
            campaign_id,
            confirmation=preview.confirmation,
            outside=outside(door.settings),
            channels=CHANNELS,
            by=BY,
            now=now,
        )
    return preview


def wait_for_end(door: Opened, campaign_id: int, recipients: int, tell: Tell) -> Figures:
    """Until the workers have brought it to its end."""
    while True:
        with door.sessions() as session:
            figures, state = _look(session, campaign_id)
        tell(_("Sending"), (figures.recipients - figures.waiting) / max(recipients, 1))
        if state == CampaignState.SENT:
            return figures
        time.sleep(POLL_SECONDS)


def wait_for_readers(door: Opened, campaign_id: int, done: Callable[[Figures], bool]) -> Figures:
    """Until what readers did is recorded; after a while as it is then."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while True:
        with door.sessions() as session:
            figures = statistics.figures(session, campaign_id)
        if done(figures) or time.monotonic() > deadline:
            return figures
        time.sleep(POLL_SECONDS)


def failed(figures: Figures) -> int:
    return figures.states.get(DeliveryState.FAILED, 0)


def skipped(figures: Figures) -> int:
    return figures.states.get(DeliveryState.SKIPPED, 0)


def _look(session: Session, campaign_id: int) -> tuple[Figures, str]:
    from core.queries.campaigns import get

    return statistics.figures(session, campaign_id), get(session, campaign_id).state
