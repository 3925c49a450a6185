"""The channels that reach is counted for, with what their providers have in common."""

from core.ports import FirstContact, Traits
from core.vocabulary import CHANNEL_EMAIL

KNOWN = (
    Traits(CHANNEL_EMAIL),
    Traits("sms"),
    Traits("telegram", first_contact=FirstContact.MUST_WRITE_FIRST),
    Traits("whatsapp", first_contact=FirstContact.MUST_WRITE_FIRST, reply_window_hours=24),
)
"""In the order in which they are shown."""
