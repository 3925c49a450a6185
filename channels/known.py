"""What is known of each channel: what its providers have in common."""

from core.ports import Beside, Channels, FirstContact, Traits
from core.vocabulary import CHANNEL_EMAIL, TemplateKind

LETTERS = frozenset({TemplateKind.BLOCKS, TemplateKind.MJML, TemplateKind.HTML, TemplateKind.TEXT})
MARKUP = frozenset(
    ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "tg-spoiler")
)
"""Of Telegram: https://core.telegram.org/bots/api#html-style."""

BY_TELEGRAM = Beside(5_000_000, 20_000_000, frozenset({"application/pdf", "application/zip", "image/gif"}))
"""What Telegram fetches by address: https://core.telegram.org/bots/api#sending-files, and `sendDocument`."""
OFFICE = "application/vnd.openxmlformats-officedocument"
BY_WHATSAPP = Beside(
    5_000_000,
    16_000_000,
    frozenset(
        (
            "application/pdf",
            "application/msword",
            f"{OFFICE}.wordprocessingml.document",
            f"{OFFICE}.presentationml.presentation",
            f"{OFFICE}.spreadsheetml.sheet",
            "audio/aac",
            "audio/amr",
            "audio/mpeg",
            "audio/ogg",
            "video/mp4",
            "text/vcard",
        )
    ),
    captioned=False,
)
"""https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages: a document has no caption there."""

KNOWN = (
    Traits(CHANNEL_EMAIL, asks=True, reports_read=True, kinds=LETTERS),
    Traits("sms"),
    Traits(
        "telegram",
        first_contact=FirstContact.MUST_WRITE_FIRST,
        asks=True,
        resident=True,
        longest_text=4096,
        longest_caption=1024,
        beside=BY_TELEGRAM,
        buttons=True,
        markup=MARKUP,
    ),
    Traits(
        "whatsapp",
        first_contact=FirstContact.MUST_WRITE_FIRST,
        reply_window_hours=24,
        longest_text=1600,
        longest_caption=1024,
        beside=BY_WHATSAPP,
        asks=True,
        reports_delivery=True,
        reports_read=True,
    ),
)
"""In the order in which they are shown."""
CHANNELS: Channels = {traits.channel: traits for traits in KNOWN}
