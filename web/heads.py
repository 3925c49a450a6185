"""Heads of requests that are plain: one GET, whole and alone in what was read, of which nothing else depends.

Whatever is not (a part, two at once, a body, an upgrade, an older HTTP, a byte out of place) is left to a real parser
of HTTP: what is told apart here is only what needs none (RFC 9112, sections 2 to 6).
"""

import re
from typing import NamedTuple

LONGEST = 4096
MOST_LINES = 100

_PLAIN = re.compile(
    rb"GET (/[!-~]*+) HTTP/1\.1\r\n"
    rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t -~]*+\r\n)++"
    rb"\r\n"
)
_MEANS_MORE = re.compile(
    rb"\r\n(?:(?:content-[a-z]+|transfer-encoding|expect|upgrade|etag|max-forwards|server|sec-purpose):"
    rb"|connection:(?![\t ]*keep-alive[\t ]*\r))",
    re.IGNORECASE,
)
_HOST = re.compile(rb"\r\nhost:", re.IGNORECASE)
_AGENT = re.compile(rb"\r\nuser-agent:[\t ]*([^\r]*)", re.IGNORECASE)


class Asked(NamedTuple):
    path: str
    agent: str


def plain(data: bytes) -> Asked | None:
    """What is asked for and by which program; None if it takes more than this to tell."""
    if len(data) > LONGEST or data.count(b"\n") > MOST_LINES:
        return None
    found = _PLAIN.fullmatch(data)
    if found is None or _MEANS_MORE.search(data) is not None or len(_HOST.findall(data)) != 1:
        return None
    agents = _AGENT.findall(data)
    if len(agents) > 1:
        return None
    return Asked(found[1].decode("ascii"), agents[0].rstrip(b"\t ").decode("ascii") if agents else "")
