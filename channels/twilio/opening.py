"""SMS and WhatsApp by Twilio from the settings of this installation."""

from dataclasses import replace
from urllib.parse import urlsplit

from channels.known import CHANNELS
from channels.links import Links
from channels.twilio.account import account
from channels.twilio.hooks import STATUS, TwilioHooks
from channels.twilio.provider import TwilioProvider
from channels.wording import Wordings
from config import Settings
from config.keys import Keys
from core.ports import Buckets
from core.rules import tokens


def open_sms(settings: Settings, keys: Keys, buckets: Buckets) -> TwilioProvider:
    return _open("sms", settings, keys, buckets, prefix="")


def open_whatsapp(settings: Settings, keys: Keys, buckets: Buckets) -> TwilioProvider:
    return _open("whatsapp", settings, keys, buckets, prefix="whatsapp:")


def open_twilio_hooks(settings: Settings, keys: Keys) -> TwilioHooks:
    """Whoever knows the account's token may report; the sandbox's is known to this machine alone."""
    return TwilioHooks(account(settings).token, keys.signing, keys.addresses)


def _open(channel: str, settings: Settings, keys: Keys, buckets: Buckets, *, prefix: str) -> TwilioProvider:
    named = account(settings)
    public = settings.public_url or f"http://127.0.0.1:{settings.public_port}"
    reachable = not named.is_real or urlsplit(public).scheme == "https"
    sign = tokens.signer(keys.signing, STATUS)

    def callback(delivery_id: int) -> str | None:
        return f"{public}/hooks/twilio?d={sign(delivery_id).decode()}" if reachable else None

    traits = replace(CHANNELS[channel], per_second=settings.sms_per_second, reports_delivery=True)
    return TwilioProvider(
        named, Wordings(Links(public, keys.signing)), traits, buckets, callback=callback, prefix=prefix
    )
