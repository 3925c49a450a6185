"""A family of words that mean one thing, and the nouns that several families speak of."""

import re
from dataclasses import dataclass

from core.vocabulary import BounceClass

RECIPIENT = (
    r"(recipients?|user(name|id|s)?|e-?mail( address)?|(mail|m|in)-?box|mail ?drop|account|address\w*|alias|person"
    r"|customer|subscriber|local.?part)"
)
MAILBOX = r"((mail|m|in)-?box|mail box|mail ?folder|account|recipient|user|customer|address)"
MACHINE = r"\b(ips?( address)?|client( host)?|mail server|host|network)"


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    bounce: BounceClass
    words: re.Pattern[str]


def family(name: str, bounce: BounceClass, *phrases: str) -> Family:
    return Family(name, bounce, re.compile("|".join(phrases), re.IGNORECASE))
