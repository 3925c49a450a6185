"""SMS and WhatsApp by Twilio from the settings of this installation."""

from dataclasses import replace
from urllib.parse import urlsplit

from channels.known import CHANNELS
from channels.links import Links
from channels.twilio.account import account
from channels.twilio.hooks import Tried, TwilioHooks, callback_query
from channels.twilio.provider import TwilioProvider
from channels.wording import Wordings
from config import Settings
from config.keys import Keys
from core.ports import Buckets


def open_sms(settings: Settings, keys: Keys, buckets: Buckets) -> TwilioProvider:
    return _open("sms", settings, keys, buckets, prefix="")


def open_whatsapp(settings: Settings, keys: Keys, buckets: Buckets) -> TwilioProvider:
    return _open("whatsapp", settings, keys, buckets, prefix="whatsapp:")


def open_twilio_hooks(settings: Settings, keys: Keys) -> TwilioHooks | None:
    """Whoever knows the account's token may report; None where there is neither an account nor a sandbox."""
    named = account(settings, keys)
    return TwilioHooks(named.token, keys.signing, keys.addresses) if named.is_real or settings.sandbox else None


def hooks_url(settings: Settings) -> str:
    return f"{settings.public_address}/hooks/twilio"


def _open(channel: str, settings: Settings, keys: Keys, buckets: Buckets, *, prefix: str) -> TwilioProvider:
    named, public = account(settings, keys), settings.public_address
    reachable = not named.is_real or urlsplit(public).scheme == "https"

    def callback(tried: Tried) -> str | None:
        return f"{hooks_url(settings)}?{callback_query(keys.signing, tried)}" if reachable else None

    base = settings.short_address if channel == "sms" else public
    traits = replace(CHANNELS[channel], per_second=settings.sms_per_second, reports_delivery=True)
    return TwilioProvider(named, Wordings(Links(base, keys.signing)), traits, buckets, callback=callback, prefix=prefix)
