"""What the owner of a phone does: answer."""

from collections.abc import Mapping

from sandbox.twilio.callbacks import Callbacks
from sandbox.twilio.world import Text, TwilioWorld

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START = frozenset({"START", "YES", "UNSTOP"})


def say(
    world: TwilioWorld,
    callbacks: Callbacks,
    *,
    phone: str,
    to: str,
    body: str,
    media: Mapping[str, str] | None = None,
    account: str = "",
) -> Text:
    """A message from a phone to one of the account's numbers; Twilio itself keeps who wrote STOP to which."""
    word = body.strip().upper()
    if word in STOP:
        world.behaviour.opted_out.add((to, phone))
    elif word in START:
        world.behaviour.opted_out.discard((to, phone))
    known = account or next(iter(world.accounts), f"AC{'0' * 32}")
    text = world.add(
        account=known,
        sender=phone,
        recipient=to,
        service=None,
        body=body,
        status="received",
        error=None,
        direction="inbound",
        callback="",
        price="0",
        **(media or {}),
    )
    url = world.inbound.get(to) or world.inbound.get("")
    if url:
        callbacks.report_inbound(text, url)
    return text
