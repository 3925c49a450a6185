"""Who opened or clicked, as far as a single request tells; the rule's name goes along, so that it can be run again."""

from functools import lru_cache

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
    "symantec",
    "fireeye",
    "trendmicro",
    "trend micro",
    "zscaler",
    "ironport",
    "cloudmark",
    "safelinks",
    "python-requests",
    "python-urllib",
    "go-http-client",
    "curl/",
    "wget/",
    "libwww-perl",
    "apache-httpclient",
)
"""In the names of scanners, link previews and crawlers, in small letters."""

BURST_LINKS = 3
BURST_SECONDS = 2
BURST = "burst/1"
"""At least three links of a mail followed within two seconds: nobody reads so fast. Only seen over stored events."""


@lru_cache(maxsize=4096)
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
        return Actor.MACHINE, "agent/2"
    if small.startswith("mozilla/"):
        return Actor.PERSON, "agent/2"
    return Actor.UNKNOWN, "agent/2"
