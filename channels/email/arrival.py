"""How a letter arrived, read from a copy that was received: nothing is believed that its receiver did not add."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from channels.email.dkim.verifying import Header, Verdict, split, verify
from channels.email.domains import dmarc
from channels.email.domains.names import Names
from core.rules.addresses import mail_domain

RESULT = re.compile(r"\b(spf|dkim|dmarc|arc|auth|iprev)\s*=\s*([a-z]+)", re.IGNORECASE)
PROPERTY = re.compile(r"\b(smtp\.mailfrom|smtp\.helo|header\.d|header\.i|header\.from)\s*=\s*\"?([^\s;\"]+)")
COMMENT = re.compile(r"\([^()]*\)")
PLACE = re.compile(r"\bby\s+([^\s;()]+)", re.IGNORECASE)
SOURCE = re.compile(r"\bfrom\s+([^\s;()]+)", re.IGNORECASE)
ENCRYPTED = re.compile(r"\bwith\s+(?:utf8)?e?smtps", re.IGNORECASE)
MOST = 50
MOST_NOTED = 10


@dataclass(frozen=True, slots=True)
class Result:
    """What a receiver says of one method (RFC 8601): `pass`, `fail`, `none` …, and about whom."""

    by: str
    method: str
    result: str
    about: str


@dataclass(frozen=True, slots=True)
class Hop:
    source: str
    place: str
    encrypted: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """`results` are of the last receiver alone: anybody may write such a header before."""

    subject: str
    from_domain: str
    results: Sequence[Result]
    hops: Sequence[Hop]
    """From us to the mailbox."""
    signatures: Sequence[Verdict]
    aligned: bool
    """Whether a signature that holds is of the domain that stands in From, as its DMARC record understands it."""

    @property
    def seconds(self) -> float | None:
        times = [hop.at for hop in self.hops if hop.at is not None]
        return (times[-1] - times[0]).total_seconds() if len(times) > 1 else None


def read(mail: bytes, names: Names) -> Arrival:
    """Read a received copy; signatures are verified here, whatever its receiver says of them."""
    whole = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    fields = split(whole.partition(b"\r\n\r\n")[0] + b"\r\n")[:500]
    sender = mail_domain(_first(fields, b"from").rpartition("<")[2].rstrip("> "))
    signatures = verify(whole, names)
    policy = dmarc.policy(names, sender) if sender else None
    organisation, strict = (policy.organisation, policy.strict_dkim) if policy else (sender, False)
    good = [one.domain for one in signatures if one.code == "holds"]
    return Arrival(
        subject=_first(fields, b"subject"),
        from_domain=sender,
        results=_results(fields),
        hops=[_hop(value) for value in reversed(_all(fields, b"received")[:MOST])],
        signatures=signatures,
        aligned=any(dmarc.is_aligned(one, sender, organisation, strict=strict) for one in good),
    )


def noted(found: Arrival) -> str:
    """What is worth keeping of it, in JSON: no addresses of servers, and of a long list its beginning."""
    kept = {
        "from_domain": found.from_domain,
        "aligned": found.aligned,
        "signatures": [asdict(one) for one in found.signatures[:MOST_NOTED]],
        "results": [asdict(one) for one in found.results[:MOST_NOTED]],
        "hops": [{"encrypted": hop.encrypted} for hop in found.hops],
        "seconds": found.seconds,
    }
    return json.dumps(kept)


def _results(fields: Sequence[Header]) -> list[Result]:
    """Those of the header on top, and of others by the same server, which some write one a method."""
    found: list[Result] = []
    by = None
    for value in _all(fields, b"authentication-results")[:MOST]:
        plain = COMMENT.sub(" ", value)
        server, _, told = plain.partition(";")
        if by is None:
            by = server.split()[0] if server.split() else ""
        if not server.split() or server.split()[0] != by:
            break
        for part in told.split(";"):
            if (method := RESULT.search(part)) is not None:
                about = PROPERTY.search(part)
                found.append(Result(by, method[1].lower(), method[2].lower(), about[2] if about else ""))
    return found


def _hop(value: str) -> Hop:
    told, _, when = value.rpartition(";")
    place, source = PLACE.search(told), SOURCE.search(told)
    return Hop(source[1] if source else "", place[1] if place else "", bool(ENCRYPTED.search(told)), _time(when))


def _time(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _first(fields: Sequence[Header], name: bytes) -> str:
    return next(iter(_all(fields, name)), "")


def _all(fields: Sequence[Header], name: bytes) -> list[str]:
    found = (field.partition(b":")[2].decode("utf-8", "replace") for known, field in fields if known == name)
    return [" ".join(value.split()) for value in found]
