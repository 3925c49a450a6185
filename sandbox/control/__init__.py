"""JSON over HTTP for tests, benchmarks and the demonstration: what arrived, and how the outside world is to behave."""

from aiohttp import web

from sandbox.control import behaviour as behaviour_control
from sandbox.control import mail as mail_control
from sandbox.control import readers as readers_control
from sandbox.control import telegram as telegram_control
from sandbox.control.twilio import routes as twilio_routes
from sandbox.mail.store import MailStore
from sandbox.pulse import Pulse
from sandbox.smtp.behaviour import Behaviour
from sandbox.telegram.call import Telegram

__all__ = ["routes", "twilio_routes"]


def routes(store: MailStore, behaviour: Behaviour, telegram: Telegram, pulse: Pulse) -> list[web.RouteDef]:
    return [
        *mail_control.routes(store),
        *behaviour_control.routes(behaviour, telegram.limits, pulse),
        *readers_control.routes(store),
        *telegram_control.routes(telegram),
    ]
