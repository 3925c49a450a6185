"""Looking at senders' domains once a day, and more often while a key waits for its record, beside everything else."""

import threading
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.email.domains.opening import DomainCheck
from config import Settings
from core.queries import domains as queries
from core.services import domains
from workers.installation import Installation, now

BY = "scheduler"
log = structlog.get_logger()


class Domains:
    """One domain at a time, in a thread of its own: the DNS may be slow, and nothing waits for it."""

    def __init__(self, checker: Callable[[Settings], domains.Checker] = DomainCheck) -> None:
        self._checker = checker
        self._looking: threading.Thread | None = None

    def step(self, installation: Installation) -> None:
        """Begin with the next domain that is due, unless one is still being looked at, or letters stay in the house."""
        if self._looking is not None and self._looking.is_alive():
            return
        if not _leaves(installation.settings):
            return
        with installation.sessions() as session:
            due = queries.to_check(session, now())
        if due:
            self._looking = threading.Thread(target=self._look, args=(installation, due[0]), daemon=True)
            self._looking.start()

    def wait(self) -> None:
        """Until the domain that was begun with has been looked at."""
        if self._looking is not None:
            self._looking.join()

    def _look(self, installation: Installation, domain: str) -> None:
        try:
            domains.check(installation.sessions, domain, self._checker(installation.settings), by=BY, now=now())
        except SQLAlchemyError as problem:
            log.warning("domain_not_checked", problem=type(problem).__name__)


def _leaves(settings: Settings) -> bool:
    """Whether letters go to a relay beyond this machine; nobody minds about the sandbox's senders."""
    return any(not _is_here(urlsplit(url).hostname or "") for url in (settings.smtp_url or "").split())


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
