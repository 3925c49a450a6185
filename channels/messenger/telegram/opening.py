"""Telegram from the settings of this installation: the bot's token, and which Bot API server it is known at."""

from channels.links import Links
from channels.messenger.telegram.provider import NoBot, TelegramProvider
from channels.wording import Wordings
from config import Settings
from config.keys import Keys
from core.ports import Buckets, Provider


def open_telegram(settings: Settings, keys: Keys, buckets: Buckets) -> Provider:
    """Without a token there is no bot, and everything waits until one is named."""
    if settings.telegram_token is None:
        return NoBot()
    links = Links(settings.public_address, keys.signing)
    wordings = Wordings(links, escape=True)
    return TelegramProvider(settings.telegram_token, settings.telegram_api, wordings, buckets, addresses=keys.addresses)
