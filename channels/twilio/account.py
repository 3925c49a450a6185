"""A Twilio account as the settings name it; without one, the sandbox's."""

from dataclasses import dataclass

from config import Settings

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


def account(settings: Settings) -> Account:
    if settings.twilio_sid is None or settings.twilio_token is None:
        return Account(SANDBOX_SID, "sandbox", f"http://127.0.0.1:{settings.sandbox_port}", is_real=False)
    return Account(settings.twilio_sid, settings.twilio_token, settings.twilio_api or REAL, is_real=True)
