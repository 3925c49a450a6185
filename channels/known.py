"""What is known of each channel: what its providers have in common."""

from core.ports import Channels, FirstContact, Traits
from core.vocabulary import CHANNEL_EMAIL, TemplateKind

LETTERS = frozenset({TemplateKind.BLOCKS, TemplateKind.MJML, TemplateKind.HTML, TemplateKind.TEXT})
MARKUP = frozenset(
    ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "tg-spoiler")
)
"""Of Telegram: https://core.telegram.org/bots/api#html-style."""

KNOWN = (
    Traits(CHANNEL_EMAIL, reports_read=True, kinds=LETTERS),
    Traits("sms"),
    Traits(
        "telegram",
        first_contact=FirstContact.MUST_WRITE_FIRST,
        resident=True,
        longest_text=4096,
        longest_caption=1024,
        markup=MARKUP,
    ),
    Traits(
        "whatsapp",
        first_contact=FirstContact.MUST_WRITE_FIRST,
        reply_window_hours=24,
        reports_delivery=True,
        reports_read=True,
    ),
)
"""In the order in which they are shown."""
CHANNELS: Channels = {traits.channel: traits for traits in KNOWN}
