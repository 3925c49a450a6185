"""The page that shows what arrived."""

from dataclasses import dataclass

from aiohttp import web

from sandbox.mail.store import MailStore
from sandbox.pulse import Pulse
from sandbox.smtp.behaviour import Behaviour
from sandbox.telegram.call import Telegram


@dataclass(frozen=True, slots=True)
class Parts:
    store: MailStore
    behaviour: Behaviour
    telegram: Telegram
    pulse: Pulse
    language: str


def install(application: web.Application, parts: Parts) -> None:
    pass
