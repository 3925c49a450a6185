"""The check of a domain as the settings of this installation make it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from channels.email.domains.checking import Key, Surroundings, check, is_ready
from channels.email.domains.names import Resolver
from channels.email.returning import domain_of_returns
from config import Settings
from core.messages import Finding


class DomainCheck:
    """A core.services.domains.Checker."""

    def __init__(self, settings: Settings) -> None:
        self._dns, self._internal = settings.dns, settings.allow_internal_hosts
        self._returns = settings.returns_addresses
        self._relays = [urlsplit(url).hostname or "" for url in (settings.smtp_url or "").split()]

    def __call__(
        self, domain: str, keys: Sequence[Key], own: Sequence[str] = (), usual: bool = True, /
    ) -> tuple[Sequence[Finding], bool]:
        """`own` are the mail servers of the domain's senders; `usual`: the installation's carry its letters too."""
        relays = [*own, *(self._relays if usual else ())]
        around = Surroundings(Resolver(self._dns), relays, self._internal, domain_of_returns(self._returns, domain))
        found = check(domain, keys, around)
        return found, is_ready(found)
