"""Problems of Telegram."""

from texts import N_

SENTENCES = {
    "telegram.no_bot": N_(
        "There is no Telegram bot. Set SENDBOTE_TELEGRAM_TOKEN to the token that BotFather gave you, and start again."
    ),
    "telegram.unauthorized": N_(
        "Telegram does not know this bot (%(said)s). Check SENDBOTE_TELEGRAM_TOKEN: "
        "BotFather shows the token that holds."
    ),
    "telegram.unreachable": N_("Telegram cannot be reached at the moment. It is tried again by itself."),
    "telegram.too_many": N_("Telegram asks the bot to be silent for a while. It goes on by itself."),
    "telegram.well": N_("The bot @%(name)s is ready."),
}
