"""A Twilio account as the settings name it; without one, the sandbox's."""

from dataclasses import dataclass
from hashlib import blake2b

from config import Settings
from config.keys import Keys

REAL = "https://api.twilio.com"
SANDBOX_SID = f"AC{'5' * 32}"


@dataclass(frozen=True, slots=True)
class Account:
    sid: str
    token: str
    base: str
    """The address of the API."""
    is_real: bool

    @property
    def url(self) -> str:
        return f"{self.base}/2010-04-01/Accounts/{self.sid}"


def account(settings: Settings, keys: Keys) -> Account:
    """The sandbox's token comes from the installation's signing key: a fixed one would let anybody sign reports."""
    if settings.twilio_sid is None or settings.twilio_token is None:
        token = blake2b(b"twilio sandbox", key=keys.signing, digest_size=16).hexdigest()
        return Account(SANDBOX_SID, token, f"http://127.0.0.1:{settings.sandbox_port}", is_real=False)
    return Account(settings.twilio_sid, settings.twilio_token, settings.twilio_api or REAL, is_real=True)
