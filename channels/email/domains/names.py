"""Asking the DNS: answers as text, "there is no such record" as an empty list, and no answer at all as a problem."""

from collections.abc import Sequence
from typing import Protocol

import dns.exception
import dns.nameserver
import dns.rdatatype
import dns.resolver
import dns.reversename
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from core.errors import Unavailable

SECONDS = 5.0


class Names(Protocol):
    """Each method raises Unavailable (`dns.no_answer`) where the servers that ought to know do not answer."""

    def texts(self, name: str) -> Sequence[str]:
        """TXT records, the strings of each joined."""
        ...

    def exchangers(self, name: str) -> Sequence[str]:
        """Hosts of MX records, the preferred first; `.` alone says that the domain takes no mail (RFC 7505)."""
        ...

    def addresses(self, name: str) -> Sequence[str]:
        """IPv4 and IPv6 addresses."""
        ...

    def hosts(self, address: str) -> Sequence[str]:
        """Names of an address (PTR)."""
        ...


class Resolver:
    """Names from the system's resolvers, or from `server` (`127.0.0.1:5353`, `[::1]:53`); asks for each name once."""

    def __init__(self, server: str | None = None) -> None:
        self._resolver = dns.resolver.Resolver(configure=server is None)
        self._resolver.lifetime = SECONDS
        self._resolver.cache = dns.resolver.Cache()
        self._answers: bool | None = None
        """Whether it has answered at all: one that has not is not waited for again."""
        if server is not None:
            host, port = _host_and_port(server)
            self._resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port)]

    def texts(self, name: str) -> Sequence[str]:
        records = [record for record in self._ask(name, "TXT") if isinstance(record, TXT)]
        return [b"".join(record.strings).decode("utf-8", "replace") for record in records]

    def exchangers(self, name: str) -> Sequence[str]:
        found = [record for record in self._ask(name, "MX") if isinstance(record, MX)]
        found.sort(key=lambda record: record.preference)
        return [str(record.exchange).rstrip(".").lower() or "." for record in found]

    def addresses(self, name: str) -> Sequence[str]:
        return [str(record) for kind in ("A", "AAAA") for record in self._ask(name, kind)]

    def hosts(self, address: str) -> Sequence[str]:
        name = dns.reversename.from_address(address).to_text()
        return [str(record).rstrip(".").lower() for record in self._ask(name, "PTR")]

    def _ask(self, name: str, kind: str) -> Sequence[object]:
        if self._answers is False:
            raise Unavailable("dns.no_answer", name=name, kind=kind, why="LifetimeTimeout")
        try:
            found = self._asked(name, kind)
        except dns.resolver.LifetimeTimeout as problem:
            self._answers = self._answers or False
            raise Unavailable("dns.no_answer", name=name, kind=kind, why=type(problem).__name__) from None
        self._answers = True
        return found

    def _asked(self, name: str, kind: str) -> Sequence[object]:
        try:
            answer = self._resolver.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return []
        except (dns.name.NameTooLong, dns.name.BadEscape):
            return []
        except dns.resolver.LifetimeTimeout:
            raise
        except dns.exception.DNSException as problem:
            raise Unavailable("dns.no_answer", name=name, kind=kind, why=type(problem).__name__) from None
        wanted = dns.rdatatype.from_text(kind)
        return [record for record in answer if record.rdtype == wanted]


def _host_and_port(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.startswith("[")):
        return host.strip("[]"), int(port)
    return server.strip("[]"), 53
