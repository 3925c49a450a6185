"""What a domain asks receivers to do with letters that neither SPF nor DKIM vouches for (DMARC, RFC 9989)."""

from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.dkim.record import tags
from channels.email.domains.names import Names

POLICIES = ("none", "quarantine", "reject")
LONGEST_WALK = 8


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy that holds for a domain. `found_at` is itself, or the organisation's domain above it."""

    found_at: str
    organisation: str
    asks: str
    strict_dkim: bool
    strict_spf: bool
    reports_to: str
    count: int
    """How many records stand there; more than one, and receivers take it for none."""

    @property
    def is_valid(self) -> bool:
        return self.count == 1 and self.asks in POLICIES


def policy(names: Names, domain: str) -> Policy | None:
    """By walking up the tree (section 4.10), which needs no list of public suffixes; None if there is none."""
    found = [(name, records) for name in _upwards(domain) if (records := _records(names, name))]
    if not found:
        return None
    at, records = found[0]
    organisation = next((name for name, (one, *_) in found if one.get("psd") == "n"), found[-1][0])
    own = records[0]
    asks = own.get("p", "") if at == domain else own.get("sp") or own.get("p", "")
    return Policy(
        found_at=at,
        organisation=organisation,
        asks=asks.lower(),
        strict_dkim=own.get("adkim", "r").lower() == "s",
        strict_spf=own.get("aspf", "r").lower() == "s",
        reports_to=own.get("rua", ""),
        count=len(records),
    )


def is_aligned(vouched: str, domain: str, organisation: str, *, strict: bool) -> bool:
    """Whether a domain that SPF or DKIM vouches for counts as that of From (section 4.4)."""
    if strict or vouched == domain:
        return vouched == domain
    return all(name == organisation or name.endswith(f".{organisation}") for name in (vouched, domain))


def suggested(domain: str) -> str:
    """A first record: it changes nothing for anybody, and brings reports."""
    return f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"


def _upwards(domain: str) -> Iterator[str]:
    """The domain and those above it, at most eight names; of a longer one the middle is left out."""
    labels = domain.split(".")
    yield domain
    for start in range(max(1, len(labels) - LONGEST_WALK + 1), len(labels)):
        yield ".".join(labels[start:])


def _records(names: Names, name: str) -> list[dict[str, str]]:
    texts = [text for text in names.texts(f"_dmarc.{name}") if text.strip().lower().startswith("v=dmarc1")]
    return [dict(tags(text)) for text in texts]
