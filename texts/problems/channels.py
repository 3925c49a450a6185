"""What is wrong with a channel."""

from texts import N_

SENTENCES = {
    "channel.not_found": N_("There is no channel named %(channel)s. Choose one of those that the panel shows."),
    "channel.provider_not_found": N_(
        "SENDBOTE_PROVIDERS names “%(name)s” for %(channel)s, but there is no such provider. There are: %(known)s."
    ),
}
