"""How a sender's domain stands, for the pages that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from admin.context import panel
from channels.outside import outside
from core.messages import Finding
from core.queries import domains
from core.rules.addresses import mail_domain
from core.tables.campaigns import SenderRow
from core.vocabulary import CHANNEL_EMAIL, Light


@dataclass(frozen=True, slots=True)
class Standing:
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


def standing(session: Session, sender: SenderRow) -> Standing | None:
    """None for a sender of other channels, which has no domain."""
    if sender.channel != CHANNEL_EMAIL:
        return None
    domain = mail_domain(sender.address)
    row = domains.last(session, domain)
    if row is None:
        return Standing(domain, None, False, ())
    return Standing(domain, row.checked_at, row.ready, domains.findings(row))


def worry(session: Session, sender: SenderRow | None) -> Standing | None:
    """What a launch should be warned of; nobody minds in the sandbox."""
    if sender is None or not outside(panel().settings).real_relay:
        return None
    found = standing(session, sender)
    return None if found is None or found.ready else found
