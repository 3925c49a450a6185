"""What keywords are answered with, in each language, and which of them a carrier answers by itself."""

from collections.abc import Mapping, Sequence

from core.rules.keywords import Keyword

BY_CARRIER: Mapping[Keyword, frozenset[str]] = {
    Keyword.STOP: frozenset(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")),
    Keyword.START: frozenset(("start", "yes", "unstop")),
}
"""Twilio's standard words (https://help.twilio.com/articles/223134027): it confirms them itself, and lets nothing of
ours through after STOP."""
OWN_TONGUE: Mapping[str, frozenset[str]] = {
    "de": frozenset(("abmelden", "stopp", "abbestellen", "kündigen", "anmelden", "ja", "hilfe"))
}
SENDER = "{sender}"
LONGEST = 320
"""Two or three parts at most: such an answer costs money each time."""

USUAL: Mapping[str, Mapping[str, str]] = {
    Keyword.HELP.value: {
        "en": "{sender}: write to us here and a person answers. Send STOP to get no more news from us.",
        "de": "{sender}: Schreiben Sie uns hier, und ein Mensch antwortet. Mit STOP enden unsere Neuigkeiten.",
    },
    Keyword.STOP.value: {
        "en": "{sender}: you get no more news from us here. Send START if you want them again.",
        "de": "{sender}: Sie bekommen hier keine Neuigkeiten mehr von uns. Mit START bekommen Sie sie wieder.",
    },
    Keyword.START.value: {
        "en": "{sender}: thank you, you get our news here from now on. Send STOP to end that.",
        "de": "{sender}: Danke, ab jetzt bekommen Sie hier unsere Neuigkeiten. Mit STOP beenden Sie das.",
    },
}


def by_carrier(meant: Keyword, text: str, channel: str) -> bool:
    """Whether the carrier answers this very message; nothing but the word counts there, and only by SMS."""
    return channel == "sms" and text.strip().casefold() in BY_CARRIER.get(meant, ())


def wording(
    own: Mapping[str, Mapping[str, str]], meant: Keyword, tongues: Sequence[str | None], sender: str
) -> tuple[str, str]:
    """The language, and the account's text or the usual one: in the first that there is one for, else in English."""
    texts = {**USUAL[meant.value], **own.get(meant.value, {})}
    wanted = [tongue[:2].lower() for tongue in tongues if tongue]
    chosen = next((tongue for tongue in wanted if tongue in texts), "en")
    return chosen, texts[chosen].replace(SENDER, sender)


def tongue(text: str) -> str | None:
    """The language that a keyword itself belongs to, where it is not an international one."""
    word = text.strip().strip(".!?").casefold()
    return next((language for language, words in OWN_TONGUE.items() if word in words), None)
