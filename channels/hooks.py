"""Which providers report by webhook: the name in their address, and what opens them. A new one is a line here."""

from collections.abc import Callable, Mapping

from channels.email.reports.opening import SERVICES, opening
from channels.twilio.opening import open_twilio_hooks
from config import Settings
from config.keys import Keys
from core.ports import Hooks

HOOKS: Mapping[str, Callable[[Settings, Keys], Hooks | None]] = {
    "twilio": open_twilio_hooks,
    **{name: opening(name) for name in SERVICES},
}
"""None where the settings name no secret: then nobody may report in that provider's name."""


def open_hooks(settings: Settings, keys: Keys) -> dict[str, Hooks]:
    """The providers whose reports can be verified with these settings, by name."""
    opened = {name: open_one(settings, keys) for name, open_one in HOOKS.items()}
    return {name: hooks for name, hooks in opened.items() if hooks is not None}
