"""The words by which customers opt out, opt in again, or ask for help, in their languages."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Keyword(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


WORDS: Mapping[Keyword, frozenset[str]] = {
    Keyword.STOP: frozenset(
        (
            *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
            *("abmelden", "stopp", "abbestellen", "kündigen", "arret"),
        )
    ),
    Keyword.START: frozenset(["start", "unstop", "yes", "optin", "anmelden", "ja"]),
    Keyword.HELP: frozenset(["help", "info", "hilfe", "aide"]),
}
"""English words are those that carriers prescribe; the account adds its own."""

ASSENT: Mapping[bool, frozenset[str]] = {
    True: frozenset(["yes", "y", "i agree", "ja", "j", "ich stimme zu"]),
    False: frozenset(["no", "n", "no thanks", "no thank you", "nein", "nein danke"]),
}
"""How a question is answered in so many words."""
LONGEST_WORD = 40


def keyword(text: str, own: Mapping[str, Iterable[str]] | None = None) -> Keyword | None:
    """What a message that is nothing but a keyword asks for: case, punctuation and a leading slash do not count."""
    word = plain(text)
    for meant in Keyword:
        mine = {plain(one) for one in (own or {}).get(meant.value, ())}
        if word in WORDS[meant] or word in mine:
            return meant
    return None


def assent(text: str) -> bool | None:
    """Whether a message that is nothing but a yes or a no says yes; None for any other."""
    word = " ".join(plain(text).replace(",", " ").split())
    return next((given for given, words in ASSENT.items() if word in words), None)


def plain(text: str) -> str:
    """A word as keywords are compared: without case, and without the signs that stand around it."""
    return text.strip().strip("/.!?\"'„“”").strip().casefold()
