"""Who may send for a domain (SPF, RFC 7208): its record walked to every end, and asked about an address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from channels.email.domains.names import Names

MOST_LOOKUPS = 10
MOST_VOID = 2
"""Section 4.6.4: more of either, and receivers give up with an error."""
ENOUGH = 30
"""Look-ups after which it is not counted further: a record may be made to lead on for ever."""
PASS, FAIL, SOFTFAIL, NEUTRAL, NONE, ERROR = "pass", "fail", "softfail", "neutral", "none", "error"
QUALIFIERS = {"+": PASS, "-": FAIL, "~": SOFTFAIL, "?": NEUTRAL}
ASKS = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
"""What costs a look-up."""
TERM = re.compile(
    r"([+\-~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::([^\s/]+))?(?:/(\d{1,3}))?(?://(\d{1,3}))?",
    re.IGNORECASE,
)
"""Qualifier, mechanism, domain or address, and prefix lengths for IPv4 and IPv6."""
MODIFIER = re.compile(r"([a-z][\w.-]*)=(\S*)", re.IGNORECASE)
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism, or `redirect`, as it stands in a record."""

    name: str
    value: str
    says: str
    four: str = ""
    six: str = ""
    """Lengths of prefixes, for IPv4 (and in `ip6` too) and for IPv6."""

    @property
    def has_macro(self) -> bool:
        return "%" in self.value


@dataclass(slots=True)
class Walked:
    """What all records together cost, the longest way."""

    lookups: int = 0
    void: int = 0
    wrong: str | None = None
    """The first term that cannot be read, or the domain whose record is missing or names itself."""


class BadTermError(ValueError):
    """Receivers take the whole record for broken."""


def records(names: Names, domain: str) -> list[str]:
    found = (text.strip() for text in names.texts(domain))
    return [text for text in found if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def terms(record: str) -> Iterator[Term]:
    """The mechanisms in order, then `redirect` if there is one and nothing says `all`; raises BadTermError."""
    redirect, ended = None, False
    for word in record.split()[1:]:
        if (modifier := MODIFIER.fullmatch(word)) is not None:
            if modifier[1].lower() == "redirect":
                redirect = Term("redirect", modifier[2], PASS)
            continue
        found = TERM.fullmatch(word)
        if found is None:
            raise BadTermError(word)
        term = Term(found[2].lower(), found[3] or "", QUALIFIERS[found[1] or "+"], found[4] or "", found[5] or "")
        ended = ended or term.name == "all"
        yield term
    if redirect is not None and not ended:
        yield redirect


def walk(names: Names, domain: str, walked: Walked | None = None, above: tuple[str, ...] = ()) -> Walked:
    """Count what a receiver may have to ask, through all that is included; `above` leads from the first record here."""
    walked = Walked() if walked is None else walked
    if walked.lookups > ENOUGH:
        return walked
    if domain in above:
        walked.wrong = walked.wrong or domain
        return walked
    found = records(names, domain)
    if len(found) != 1:
        walked.wrong = walked.wrong or domain
        return walked
    try:
        for term in terms(found[0]):
            if term.name in ASKS:
                _count(names, domain, term, walked, above)
    except BadTermError as bad:
        walked.wrong = walked.wrong or str(bad)
    return walked


def judge(names: Names, domain: str, address: str, depth: int = 0) -> str:
    """What a receiver makes of a letter from that address: one of pass, fail, softfail, neutral, none, error.

    A term with a macro, which depends on the single letter, counts as not fitting.
    """
    found = records(names, domain)
    if not found:
        return NONE
    if len(found) > 1 or depth > MOST_LOOKUPS:
        return ERROR
    try:
        for term in terms(found[0]):
            if term.name == "redirect":
                result = judge(names, term.value.lower(), address, depth + 1)
                return ERROR if result == NONE else result
            if _fits(names, domain, term, ip_address(address), depth):
                return term.says
    except ValueError:
        return ERROR
    return NEUTRAL


def ending(record: str) -> str | None:
    """What it says of everybody it does not name; None where it says nothing, or leads elsewhere."""
    try:
        return next((term.says for term in terms(record) if term.name == "all"), None)
    except BadTermError:
        return None


def with_address(record: str | None, address: str) -> str:
    """The record with that address named in it, or a new one."""
    kind = "ip6" if ":" in address else "ip4"
    if record is None:
        return f"v=spf1 {kind}:{address} ~all"
    first, *rest = record.split()
    return " ".join([first, f"{kind}:{address}", *rest])


def _count(names: Names, domain: str, term: Term, walked: Walked, above: tuple[str, ...]) -> None:
    walked.lookups += 1
    if term.has_macro:
        return
    target = (term.value or domain).lower()
    if term.name in ("include", "redirect"):
        walk(names, target, walked, (*above, domain))
    elif term.name == "mx":
        walked.void += not names.exchangers(target)
    elif term.name in ("a", "exists"):
        walked.void += not names.addresses(target)


def _fits(names: Names, domain: str, term: Term, address: Address, depth: int) -> bool:
    if term.name == "all":
        return True
    if term.has_macro or term.name in ("ptr", "exists"):
        return False
    if term.name in ("ip4", "ip6"):
        return _is_in(address, term.value, term.four)
    target = (term.value or domain).lower()
    if term.name == "include":
        return _includes(judge(names, target, str(address), depth + 1), target)
    hosts = [target] if term.name == "a" else names.exchangers(target)[:MOST_LOOKUPS]
    prefix = term.four if address.version == 4 else term.six
    found = (one for host in hosts for one in names.addresses(host) if ip_address(one).version == address.version)
    return any(_is_in(address, one, prefix) for one in found)


def _includes(result: str, target: str) -> bool:
    """Section 5.2: an included record that is missing or broken breaks the whole."""
    if result in (NONE, ERROR):
        raise BadTermError(target)
    return result == PASS


def _is_in(address: Address, network: str, prefix: str) -> bool:
    whole = network if "/" in network or not prefix else f"{network}/{prefix}"
    return address in ip_network(whole, strict=False)
