"""What signs the letters of a sender, from its keys as they are stored."""

from channels.email.dkim.signing import Signer
from core.errors import ChannelHalted, Unavailable
from core.messages import SealedKey, Sender
from core.sealing import dkim_secret, unseal


def open_signer(sender: Sender, sealing: bytes) -> Signer:
    """Raise ChannelHalted where a key cannot be opened."""

    def opened(key: SealedKey) -> bytes:
        try:
            return unseal(sealing, key.sealed, of=dkim_secret(key.domain, key.selector))
        except Unavailable:
            raise ChannelHalted("dkim.other_key", domain=key.domain, selector=key.selector) from None

    return Signer(sender.keys, opened)
