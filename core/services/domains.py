"""Checking the domains that letters come from: what was found is kept, and keys whose record is there begin to sign."""

from collections.abc import Callable, Sequence
from datetime import datetime

from core.database import Sessions
from core.messages import Finding
from core.queries import dkim as keys
from core.queries import domains, relays
from core.services import dkim
from core.tables.dkim import DkimKey

PUBLISHED = "domain.key_published"
Checker = Callable[[str, Sequence[DkimKey], Sequence[str], bool], tuple[Sequence[Finding], bool]]
"""From a domain, its keys, its senders' own mail servers, and whether the installation's are used too, to what was
found, and whether letters may leave."""


def check(sessions: Sessions, domain: str, checker: Checker, *, by: str, now: datetime) -> Sequence[Finding]:
    """Ask, outside of any transaction, and keep the answers in one of their own."""
    with sessions() as session:
        rows = session.scalars(keys.of_domain(domain)).all()
        own, usual = relays.hosts(session, domain)
    found, ready = checker(domain, rows, own, usual)
    seen = {finding.params["selector"] for finding in found if finding.code == PUBLISHED}
    with sessions.begin() as session:
        for row in session.scalars(keys.waiting(domain)).all():
            if row.selector in seen:
                dkim.put_to_work(session, row, by=by, now=now)
        domains.put(session, domain, found, ready=ready, now=now)
    return found
