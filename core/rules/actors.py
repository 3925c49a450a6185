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


HEAD = "head"
AHEAD = "ahead"
"""How a request was made that nobody saw the answer of, as it told by more than its agent."""


@lru_cache(maxsize=4096)
def actor(agent: str, how: str = "") -> tuple[Actor, str]:
    """Whom the agent is taken for; it counts for nothing if the request says itself that nobody reads it.

    Neither does a program read that says so, nor Apple's prefetch (`Mozilla/5.0` alone). A picture proxy such as
    Google's fetches when the letter is shown, and counts as the person behind it.
    """
    if how in (HEAD, AHEAD):
        return Actor.MACHINE, f"{how}/1"
    small = agent.lower()
    if agent == "Mozilla/5.0":
        return Actor.MACHINE, "prefetch/1"
    if any(name in small for name in MACHINES):
        return Actor.MACHINE, "agent/2"
    if small.startswith("mozilla/"):
        return Actor.PERSON, "agent/2"
    return Actor.UNKNOWN, "agent/2"


def how_made(method: str, purpose: str) -> str:
    """HEAD asks for no answer to read; a browser that fetches ahead says so in `Sec-Purpose` (Fetch standard)."""
    if method == "HEAD":
        return HEAD
    return AHEAD if "prefetch" in purpose.lower() or "preview" in purpose.lower() else ""
