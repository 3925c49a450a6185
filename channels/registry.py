"""Which channels there are: a key, and what opens its provider. A new one is a line here and its own folder."""

from collections.abc import Callable

from channels.email.opening import open_email
from config import Settings
from config.keys import Keys
from core.errors import NotFound
from core.ports import Provider
from core.vocabulary import CHANNEL_EMAIL

PROVIDERS: dict[str, Callable[[Settings, Keys], Provider]] = {
    CHANNEL_EMAIL: open_email,
}


def provider(channel: str, settings: Settings, keys: Keys) -> Provider:
    """The provider of that channel, ready to deliver; NotFound for a channel that nobody has opened."""
    if channel not in PROVIDERS:
        raise NotFound("channel.not_found", channel=channel)
    return PROVIDERS[channel](settings, keys)
