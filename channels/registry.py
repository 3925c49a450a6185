"""Which channels there are, and which providers may carry each: a new one is a line here and its own folder."""

from collections.abc import Callable, Mapping

from config import Settings
from config.keys import Keys
from core.errors import NotFound
from core.ports import Buckets, Provider
from core.vocabulary import CHANNEL_EMAIL

Opening = Callable[[Settings, Keys, Buckets], Provider]


# Each is loaded where it is opened: a worker of email carries no HTTP client, which is some megabytes.


def _open_smtp(settings: Settings, keys: Keys, buckets: Buckets) -> Provider:
    from channels.email.opening import open_email

    return open_email(settings, keys, buckets)


def _open_twilio_sms(settings: Settings, keys: Keys, buckets: Buckets) -> Provider:
    from channels.twilio.opening import open_sms

    return open_sms(settings, keys, buckets)


def _open_gateway(settings: Settings, keys: Keys, buckets: Buckets) -> Provider:
    from channels.sms.gateway import open_gateway

    return open_gateway(settings, keys, buckets)


def _open_twilio_whatsapp(settings: Settings, keys: Keys, buckets: Buckets) -> Provider:
    from channels.twilio.opening import open_whatsapp

    return open_whatsapp(settings, keys, buckets)


def _open_telegram(settings: Settings, keys: Keys, buckets: Buckets) -> Provider:
    from channels.messenger.telegram.opening import open_telegram

    return open_telegram(settings, keys, buckets)


PROVIDERS: Mapping[str, Mapping[str, Opening]] = {
    CHANNEL_EMAIL: {"smtp": _open_smtp},
    "sms": {"twilio": _open_twilio_sms, "gateway": _open_gateway},
    "whatsapp": {"twilio": _open_twilio_whatsapp},
    "telegram": {"telegram": _open_telegram},
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
