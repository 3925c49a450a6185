"""The domains that letters come from, and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.messages import DnsRecord, Finding
from core.queries import relays
from core.rules.addresses import mail_domain
from core.rules.outside import Outside
from core.tables.campaigns import SenderRow
from core.tables.dkim import DkimKey
from core.tables.domains import DomainCheck
from core.vocabulary import CHANNEL_EMAIL, Light

FRESH = timedelta(days=1)
WAITING = timedelta(hours=1)
"""How often a domain is looked at again while a key of it waits for its record."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a domain stood when it was last looked at."""

    domain: str
    checked_at: datetime | None
    ready: bool
    findings: Sequence[Finding]

    @property
    def light(self) -> Light:
        if self.checked_at is None:
            return Light.UNKNOWN
        if not self.ready:
            return Light.BAD
        return Light.WARNING if any(one.light == Light.WARNING for one in self.findings) else Light.GOOD

    @property
    def worst(self) -> list[Finding]:
        return [one for one in self.findings if one.light == Light.BAD]


def in_use(session: Session) -> list[str]:
    """The domains of all senders of letters that may be used, each once."""
    here = (SenderRow.channel == CHANNEL_EMAIL, SenderRow.archived_at.is_(None))
    addresses = session.scalars(select(SenderRow.address).where(*here).order_by(SenderRow.id))
    return list(dict.fromkeys(mail_domain(address) for address in addresses))


def to_check(session: Session, now: datetime) -> list[str]:
    """Those in use that were never checked, or not of late."""
    checked = {row.domain: row.checked_at for row in session.scalars(select(DomainCheck))}
    waiting = set(session.scalars(select(DkimKey.domain).where(DkimKey.signs_since.is_(None)).distinct()))
    return [
        domain
        for domain in in_use(session)
        if domain not in checked or checked[domain] < now - (WAITING if domain in waiting else FRESH)
    ]


def last(session: Session, domain: str) -> DomainCheck | None:
    return session.get(DomainCheck, domain)


def standing(session: Session, sender: SenderRow) -> Standing | None:
    """None for a sender of other channels, which has no domain."""
    if sender.channel != CHANNEL_EMAIL:
        return None
    domain = mail_domain(sender.address)
    row = last(session, domain)
    if row is None:
        return Standing(domain, None, False, ())
    return Standing(domain, row.checked_at, row.ready, findings(row))


def worry(session: Session, sender_id: int | None, outside: Outside) -> Standing | None:
    """What a launch should be warned of; nobody minds in the sandbox."""
    if sender_id is None or not relays.seen_by_sender(session, sender_id, outside).real_relay:
        return None
    sender = session.get(SenderRow, sender_id)
    found = None if sender is None else standing(session, sender)
    return None if found is None or found.ready else found


def put(session: Session, domain: str, findings: Sequence[Finding], *, ready: bool, now: datetime) -> None:
    held = {"findings": [_kept(one) for one in findings], "ready": ready, "checked_at": now}
    statement = insert(DomainCheck).values(domain=domain, **held)
    session.execute(statement.on_conflict_do_update(index_elements=["domain"], set_=held))


def findings(row: DomainCheck) -> list[Finding]:
    return [
        Finding(
            one["check"],
            Light(one["light"]),
            one["code"],
            one["params"],
            DnsRecord(**one["record"]) if one["record"] else None,
        )
        for one in row.findings
    ]


def _kept(finding: Finding) -> dict[str, object]:
    record = finding.record
    return {
        "check": finding.check,
        "light": finding.light.value,
        "code": finding.code,
        "params": dict(finding.params),
        "record": None if record is None else {"name": record.name, "kind": record.kind, "value": record.value},
    }
