"""Parameters that tell the operator's own statistics where a visitor came from, added to links of chosen domains."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus, unquote_plus

from core.errors import Invalid

NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
LONGEST = 100
MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
STAND_IN = re.compile(r"\0(\d+)\0")
HOST = re.compile(r"https?://(?:[^/?#@\0]*@)?([^/?#:\0]+)(?=[/?#:]|$)", re.IGNORECASE)

DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
"""In ASCII; each stands for the names below it too."""


def read(parameters: Mapping[str, str], domains: Sequence[str]) -> dict[str, object] | None:
    """What is kept of them: parameters that say something, domains in lower case; None if nothing is to be added.

    Raises Invalid (`utm.no_domain`, `utm.bad_domain`, `utm.too_long`).
    """
    said = {name: parameters[name].strip() for name in NAMES if parameters.get(name, "").strip()}
    if not said:
        return None
    if any(len(value) > LONGEST for value in said.values()):
        raise Invalid("utm.too_long", where="utm", most=LONGEST)
    wanted = list(dict.fromkeys(domain.strip().lower().removeprefix("www.") for domain in domains if domain.strip()))
    if not wanted:
        raise Invalid("utm.no_domain", where="domains")
    for domain in wanted:
        if DOMAIN.fullmatch(domain) is None:
            raise Invalid("utm.bad_domain", where="domains", domain=domain[:80])
    return {"parameters": said, "domains": wanted}


def marked(link: str, parameters: Mapping[str, str], domains: Sequence[str]) -> str:
    """The link with the parameters that it lacks behind its query and before its anchor; others' links as they are.

    What a link says already is kept, and nothing is said twice. Variables in it stay as they are; a link whose host
    is a variable leads nobody knows where, and gets nothing.
    """
    marks: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        marks.append(found[0])
        return f"\0{len(marks) - 1}\0"

    plain = MARK.sub(stand_in, link)
    host = HOST.match(plain)
    if host is None or not any(_is_within(host[1].lower(), domain) for domain in domains):
        return link
    rest, hash_, anchor = plain.partition("#")
    address, _, query = rest.partition("?")
    there = {unquote_plus(pair.partition("=")[0]) for pair in query.split("&")}
    added = [f"{name}={quote_plus(value)}" for name, value in parameters.items() if name not in there]
    whole = "&".join([*([query] if query else []), *added])
    told = f"{address}?{whole}{hash_}{anchor}" if whole else rest + hash_ + anchor
    return STAND_IN.sub(lambda found: marks[int(found[1])], told)


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
