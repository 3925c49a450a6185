"""Everything that other mail servers look at before they take a domain's letters, checked one by one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

from channels.email.dkim import record
from channels.email.domains import dmarc, spf
from channels.email.domains.exchangers import is_public, offers_starttls
from channels.email.domains.names import Names
from core.errors import Unavailable
from core.messages import DnsRecord, Finding
from core.vocabulary import DkimState, Light

REPORT_ONLY = "none"


class Key(record.Key, Protocol):
    """A key of the domain, and where it stands."""

    @property
    def state(self) -> DkimState: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked, and what is known of the way letters take."""

    names: Names
    relays: Sequence[str] = ()
    """Hosts that take our mail; their public addresses are taken for those that it leaves from."""
    internal: frozenset[str] = frozenset()
    """Hosts that may be connected to though their addresses are not public."""
    envelope: str | None = None
    """The domain that letters come back to, where that is another: receivers ask about SPF there."""
    greet: Callable[[str], bool | None] = offers_starttls


def check(domain: str, keys: Sequence[Key], around: Surroundings) -> list[Finding]:
    """The findings in the order in which they are worth mending; one that the DNS does not answer is `unknown`."""
    sources = _sources(around)
    envelope = around.envelope or domain
    found = _answered("spf", lambda: _spf(domain, sources, around))
    if envelope != domain:
        found += _answered("spf", lambda: _spf(envelope, sources, around))
        found += _answered("spf", lambda: _envelope(domain, envelope, around))
    found += _answered("dkim", lambda: _dkim(keys, around))
    found += _answered("dmarc", lambda: _dmarc(domain, around))
    found += _answered("alignment", lambda: _alignment(domain, found, around))
    found += _answered("mx", lambda: _mx(domain, around))
    found += _answered("tls", lambda: _tls(domain, around))
    return found + _answered("reverse", lambda: _reverse(sources, around))


def is_ready(found: Sequence[Finding]) -> bool:
    """Whether nothing is known that makes receivers refuse the domain's letters, or take them for spam."""
    return not any(finding.light == Light.BAD for finding in found)


def _answered(name: str, make: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(make())
    except Unavailable as problem:
        return [Finding(name, Light.UNKNOWN, "domain.no_answer", problem.params)]


def _sources(around: Surroundings) -> list[str]:
    """The public addresses of our relays, as far as the DNS tells."""
    found: list[str] = []
    for host in around.relays:
        with suppress(Unavailable):
            found += [host] if _is_address(host) else around.names.addresses(host)
    return [address for address in dict.fromkeys(found) if is_public(address)]


def _spf(domain: str, sources: Sequence[str], around: Surroundings) -> Iterator[Finding]:
    found = spf.records(around.names, domain)
    if len(found) != 1:
        wanted = spf.with_address(None, sources[0]) if sources else "v=spf1 mx ~all"
        code = "spf.several" if found else "spf.missing"
        yield Finding("spf", Light.BAD, code, {"domain": domain}, DnsRecord(domain, "TXT", wanted))
        return
    walked = spf.walk(around.names, domain)
    cost = {"domain": domain, "lookups": walked.lookups, "most": spf.MOST_LOOKUPS}
    if walked.wrong is not None:
        yield Finding("spf", Light.BAD, "spf.broken", {**cost, "what": walked.wrong[:80]})
    elif walked.lookups > spf.MOST_LOOKUPS:
        yield Finding("spf", Light.BAD, "spf.too_many_lookups", cost)
    elif spf.ending(found[0]) == spf.PASS:
        wanted = found[0].replace("+all", "~all") if "+all" in found[0] else found[0].replace(" all", " ~all")
        yield Finding("spf", Light.BAD, "spf.allows_all", cost, DnsRecord(domain, "TXT", wanted))
    elif not sources:
        yield Finding("spf", Light.UNKNOWN, "spf.relay_unknown", cost)
    else:
        yield _covered(domain, found[0], sources, cost, around)
    if walked.void > spf.MOST_VOID:
        yield Finding("spf", Light.WARNING, "spf.void_lookups", {**cost, "void": walked.void})


def _envelope(domain: str, envelope: str, around: Surroundings) -> Iterator[Finding]:
    """Which of the two domains receivers ask, and whether its answer counts for the one that people see."""
    policy = dmarc.policy(around.names, domain)
    aligned = _is_aligned(envelope, domain, policy) if policy else envelope.endswith(f".{domain}")
    code = "spf.envelope_aligned" if aligned else "spf.envelope_foreign"
    params = {"domain": domain, "envelope": envelope}
    yield Finding("spf", Light.GOOD if aligned else Light.WARNING, code, params)


def _is_aligned(envelope: str, domain: str, policy: dmarc.Policy) -> bool:
    return dmarc.is_aligned(envelope, domain, policy.organisation, strict=policy.strict_spf)


def _covered(domain: str, text: str, sources: Sequence[str], cost: dict[str, object], around: Surroundings) -> Finding:
    """A large provider takes mail at one address and sends it from others: what it does not name is no proof."""
    missing = [one for one in sources if spf.judge(around.names, domain, one) != spf.PASS]
    if not missing:
        return Finding("spf", Light.GOOD, "spf.covers", cost)
    wanted = DnsRecord(domain, "TXT", spf.with_address(text, missing[0]))
    return Finding("spf", Light.WARNING, "spf.not_covered", {**cost, "address": missing[0]}, wanted)


def _dkim(keys: Sequence[Key], around: Surroundings) -> Iterator[Finding]:
    current = [key for key in keys if key.state != DkimState.RETIRED]
    if not current:
        yield Finding("dkim", Light.WARNING, "domain.no_keys")
    for key in current:
        texts = around.names.texts(record.name(key.domain, key.selector))
        published = record.publishes(texts, key.algorithm, key.public)
        code = "domain.key_published" if published else "domain.key_differs" if texts else "domain.key_missing"
        signs = key.state == DkimState.SIGNING
        light = Light.GOOD if published else Light.BAD if signs else Light.WARNING
        wanted = DnsRecord(record.name(key.domain, key.selector), "TXT", record.value(key.algorithm, key.public))
        params = {"selector": key.selector, "algorithm": key.algorithm}
        yield Finding("dkim", light, code, params, None if published else wanted)


def _dmarc(domain: str, around: Surroundings) -> Iterator[Finding]:
    found = dmarc.policy(around.names, domain)
    wanted = DnsRecord(f"_dmarc.{domain}", "TXT", dmarc.suggested(domain))
    if found is None:
        yield Finding("dmarc", Light.BAD, "dmarc.missing", {"domain": domain}, wanted)
    elif not found.is_valid:
        code = "dmarc.several" if found.count > 1 else "dmarc.broken"
        yield Finding("dmarc", Light.BAD, code, {"domain": found.found_at}, wanted)
    else:
        code = "dmarc.watches" if found.asks == REPORT_ONLY else "dmarc.protects"
        yield Finding("dmarc", Light.GOOD, code, {"domain": found.found_at, "policy": found.asks})
        if not found.reports_to:
            yield Finding("dmarc", Light.WARNING, "dmarc.no_reports", {"domain": found.found_at})


def _alignment(domain: str, found: Sequence[Finding], around: Surroundings) -> Iterator[Finding]:
    """DMARC is content with either, if it vouches for the domain of From: ours sign for just that one."""
    policy = dmarc.policy(around.names, domain)
    if policy is None or not policy.is_valid:
        return
    signed = any(one.code == "domain.key_published" for one in found)
    envelope = around.envelope or domain
    covered = any(one.code == "spf.covers" and one.params["domain"] == envelope for one in found)
    sent = covered and _is_aligned(envelope, domain, policy)
    strictness = {"dkim": "s" if policy.strict_dkim else "r", "spf": "s" if policy.strict_spf else "r"}
    if signed or sent:
        code = "alignment.both" if signed and sent else "alignment.by_dkim" if signed else "alignment.by_spf"
        yield Finding("alignment", Light.GOOD, code, strictness)
    elif policy.asks == REPORT_ONLY:
        yield Finding("alignment", Light.WARNING, "alignment.neither", strictness)
    else:
        yield Finding("alignment", Light.BAD, "alignment.refused", {**strictness, "policy": policy.asks})


def _mx(domain: str, around: Surroundings) -> Iterator[Finding]:
    hosts = around.names.exchangers(domain)
    if hosts == ["."]:
        yield Finding("mx", Light.BAD, "mx.takes_none", {"domain": domain})
    elif hosts:
        yield Finding("mx", Light.GOOD, "mx.there", {"domain": domain, "host": hosts[0]})
    elif around.names.addresses(domain):
        yield Finding("mx", Light.WARNING, "mx.address_alone", {"domain": domain})
    else:
        wanted = DnsRecord(domain, "MX", f"10 mail.{domain}.")
        yield Finding("mx", Light.BAD, "mx.missing", {"domain": domain}, wanted)


def _tls(domain: str, around: Surroundings) -> Iterator[Finding]:
    for host in [host for host in around.names.exchangers(domain)[:1] if host != "."]:
        addresses = around.names.addresses(host)
        if host not in around.internal and not all(is_public(one) for one in addresses):
            yield Finding("tls", Light.UNKNOWN, "tls.internal", {"host": host})
            return
        offers = around.greet(host) if addresses else None
        light = Light.UNKNOWN if offers is None else Light.GOOD if offers else Light.WARNING
        code = "tls.not_reached" if offers is None else "tls.offered" if offers else "tls.missing"
        yield Finding("tls", light, code, {"host": host})


def _reverse(sources: Sequence[str], around: Surroundings) -> Iterator[Finding]:
    """Receivers mind an address without a name, or with one that does not lead back to it."""
    for address in sources:
        hosts = around.names.hosts(address)
        back = next((host for host in hosts if address in around.names.addresses(host)), None)
        if back is not None:
            yield Finding("reverse", Light.GOOD, "reverse.confirmed", {"address": address, "host": back})
        elif hosts:
            yield Finding("reverse", Light.WARNING, "reverse.one_way", {"address": address, "host": hosts[0]})
        else:
            yield Finding("reverse", Light.WARNING, "reverse.missing", {"address": address})


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
