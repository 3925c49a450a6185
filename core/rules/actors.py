"""Who opened or clicked, as far as a single request tells; the rule's name goes along, so that it can be run again."""

from core.vocabulary import Actor

MACHINES = (
    "bot",
    "crawler",
    "spider",
    "scanner",
    "preview",
    "barracuda",
    "proofpoint",
    "mimecast",
    "existence discovery",
    "headlesschrome",
)
"""In the names of scanners, link previews and crawlers, in small letters."""


def actor(method: str, agent: str) -> tuple[Actor, str]:
    """A HEAD request is nobody reading; neither is a program that says so, nor Apple's prefetch (`Mozilla/5.0` alone).

    A picture proxy such as Google's fetches when the letter is shown, and counts as the person behind it.
    """
    if method == "HEAD":
        return Actor.MACHINE, "head/1"
    small = agent.lower()
    if agent == "Mozilla/5.0":
        return Actor.MACHINE, "prefetch/1"
    if any(name in small for name in MACHINES):
        return Actor.MACHINE, "agent/1"
    if small.startswith("mozilla/"):
        return Actor.PERSON, "agent/1"
    return Actor.UNKNOWN, "agent/1"
