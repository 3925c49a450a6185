"""Providers for tests of sending by Twilio, over a running sandbox."""

from channels.buckets import LocalBuckets
from channels.known import CHANNELS
from channels.links import Links
from channels.twilio.account import SANDBOX_SID, Account
from channels.twilio.hooks import Tried, callback_query
from channels.twilio.provider import TwilioProvider
from channels.wording import Wordings
from sandbox.app import Sandbox

SIGNING, ADDRESSES = b"s" * 32, b"a" * 32
TOKEN = "secret"


def number_of(number: int) -> str:
    """A mobile number that means nothing to the sandbox: those that end in an error code get that error."""
    return f"+491511{number:06d}"


def twilio_provider(
    sandbox: Sandbox,
    channel: str = "sms",
    *,
    public: str | None = None,
    base: str = "https://s.example",
    seconds: float = 10,
) -> TwilioProvider:
    """With callbacks to `public`, if it is given; `base` is where links and pictures lead."""
    account = Account(SANDBOX_SID, TOKEN, sandbox.url, is_real=False)

    def callback(tried: Tried) -> str | None:
        return f"{public}/hooks/twilio?{callback_query(SIGNING, tried)}" if public else None

    return TwilioProvider(
        account,
        Wordings(Links(base, SIGNING)),
        CHANNELS[channel],
        LocalBuckets(),
        callback=callback,
        prefix="whatsapp:" if channel == "whatsapp" else "",
        seconds=seconds,
    )
