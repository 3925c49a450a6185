"""Heads of requests that are plain: one GET, whole and alone in what was read, of which nothing else depends.

Whatever is not (a part, two at once, a body, an upgrade, an older HTTP, a byte out of place) is left to a real parser
of HTTP: what is told apart here is only what needs none (RFC 9112, sections 2 to 6).
"""

import re
from functools import lru_cache
from typing import NamedTuple

LONGEST = 4096
MOST_LINES = 100

_ASKS = re.compile(rb"GET (/[!-~]*+) HTTP/1\.1\r")
_PLAIN = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t -~]*+\r\n)++\r\n")
_MEANS_MORE = re.compile(
    rb"^(?:(?:content-[a-z]+|transfer-encoding|expect|upgrade|etag|max-forwards|server|sec-purpose):"
    rb"|connection:(?![\t ]*keep-alive[\t ]*\r))",
    re.IGNORECASE | re.MULTILINE,
)
_HOST = re.compile(rb"^host:", re.IGNORECASE | re.MULTILINE)
_AGENT = re.compile(rb"^user-agent:[\t ]*([^\r]*)", re.IGNORECASE | re.MULTILINE)


class Asked(NamedTuple):
    path: str
    agent: str


def plain(data: bytes) -> Asked | None:
    """What is asked for and by which program; None if it takes more than this to tell."""
    if len(data) > LONGEST:
        return None
    line, _, fields = data.partition(b"\n")
    found, agent = _ASKS.fullmatch(line), _agent(fields)
    return None if found is None or agent is None else Asked(found[1].decode("ascii"), agent)


@lru_cache(maxsize=1024)
def _agent(fields: bytes) -> str | None:
    """By which program; None if the fields mean more. Remembered: most requests come by a few proxies and programs."""
    if fields.count(b"\n") >= MOST_LINES or _PLAIN.fullmatch(fields) is None:
        return None
    if _MEANS_MORE.search(fields) is not None or len(_HOST.findall(fields)) != 1:
        return None
    agents = _AGENT.findall(fields)
    if len(agents) > 1:
        return None
    return agents[0].rstrip(b"\t ").decode("ascii") if agents else ""
