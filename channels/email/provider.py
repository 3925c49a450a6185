"""Email as a provider: messages go out by SMTP over the relays that the settings name."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from channels.email.composing import Composer, Mime
from channels.email.smtp.capabilities import Capabilities
from channels.email.smtp.dialogue import say_goodbye
from channels.email.smtp.faults import NotNow
from channels.email.smtp.greeting import open_wire
from channels.email.smtp.patience import PATIENCE, Patience
from channels.email.smtp.relay import Relay
from channels.email.smtp.run import NO_LIMITS, deliver
from core.errors import ChannelHalted
from core.messages import Content, Health, Message, Settled
from core.ports import Traits
from core.vocabulary import CHANNEL_EMAIL


class EmailProvider:
    """A core.ports.Provider. Relays share the letters by weight; one that fails leaves its share to the rest."""

    traits = Traits(channel=CHANNEL_EMAIL)

    def __init__(
        self,
        relays: Sequence[Relay],
        open_mime: Callable[[Content], Mime],
        *,
        envelope_sender: Callable[[Message], str] | None = None,
        patience: Patience = PATIENCE,
        limits: Mapping[str, int] = NO_LIMITS,
    ) -> None:
        """`envelope_sender` gives MAIL FROM for a message, by default the sender's address of its content.

        `limits` are the most letters under way at once to the recipients of a domain.
        """
        self._relays = relays
        self._composer = Composer(open_mime, envelope_sender)
        self._patience = patience
        self._limits = limits

    def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
        return deliver(groups, self._composer.compose, self._relays, self._patience, self._limits)

    async def check(self) -> Health:
        """Connect, encrypt, log in and leave again, at each relay in turn; the first that fails is the answer."""
        health = Health(False, "smtp.bad_url")
        for relay in self._relays:
            health = await self._check(relay)
            if not health.well:
                break
        return health

    async def _check(self, relay: Relay) -> Health:
        try:
            wire, offered = await open_wire(relay, self._patience)
        except ChannelHalted as fault:
            return Health(False, fault.code, fault.params)
        except NotNow as problem:
            code = "smtp.busy" if problem.busy else "smtp.unreachable"
            return Health(False, code, {"host": relay.host, "port": relay.port, "problem": problem.why})
        await say_goodbye(wire, self._patience.goodbye)
        return Health(True, "smtp.well", {"host": relay.host, "port": relay.port, "offers": _offers(offered)})


def _offers(offered: Capabilities) -> str:
    named = {"PIPELINING": offered.pipelining, "8BITMIME": offered.eight_bit, "SMTPUTF8": offered.utf8}
    size = [] if offered.size is None else [f"SIZE {offered.size}"]
    return ", ".join([name for name, there in named.items() if there] + size) or "SMTP"
