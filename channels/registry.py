"""Which channels there are, and which providers may carry each: a new one is a line here and its own folder."""

from collections.abc import Callable, Mapping

from channels.email.opening import open_email
from channels.messenger.telegram.opening import open_telegram
from channels.sms.gateway import open_gateway
from channels.twilio.opening import open_sms, open_whatsapp
from config import Settings
from config.keys import Keys
from core.errors import NotFound
from core.ports import Buckets, Provider
from core.vocabulary import CHANNEL_EMAIL

Opening = Callable[[Settings, Keys, Buckets], Provider]

PROVIDERS: Mapping[str, Mapping[str, Opening]] = {
    CHANNEL_EMAIL: {"smtp": open_email},
    "sms": {"twilio": open_sms, "gateway": open_gateway},
    "whatsapp": {"twilio": open_whatsapp},
    "telegram": {"telegram": open_telegram},
}
"""The first of a channel is taken where the settings name none (`SENDBOTE_PROVIDERS=sms:gateway`)."""


def provider(channel: str, settings: Settings, keys: Keys, buckets: Buckets) -> Provider:
    """The provider of that channel, ready to deliver; NotFound for a channel or a provider that nobody has opened."""
    if channel not in PROVIDERS:
        raise NotFound("channel.not_found", channel=channel)
    carriers = PROVIDERS[channel]
    name = settings.providers.get(channel, next(iter(carriers)))
    if name not in carriers:
        raise NotFound("channel.provider_not_found", channel=channel, name=name, known=", ".join(carriers))
    return carriers[name](settings, keys, buckets)
