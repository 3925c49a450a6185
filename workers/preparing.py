"""Preparing a campaign, the same from whichever process: with all that decides whom it reaches, and who is asked."""

from collections.abc import Callable

from channels.consent import ConsentWording
from channels.known import CHANNELS
from core.services import recipients
from workers.installation import Installation, holder, now


def prepare(installation: Installation, campaign_id: int, stop: Callable[[], bool]) -> bool:
    """As `core.services.recipients.prepare`, by this process."""
    return recipients.prepare(
        installation.sessions,
        campaign_id,
        channels=CHANNELS,
        holder=holder(),
        clock=now,
        stop=stop,
        press=ConsentWording(installation.settings.language),
    )
