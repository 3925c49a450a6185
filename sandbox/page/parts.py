"""What the page looks at, and how it puts that into a template."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from babel.dates import format_datetime, format_time
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, select_autoescape

import texts
from sandbox.mail.store import MailStore
from sandbox.pulse import Pulse
from sandbox.smtp.behaviour import Behaviour
from sandbox.telegram.call import Telegram

HERE = Path(__file__).parent
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Parts:
    store: MailStore
    behaviour: Behaviour
    telegram: Telegram
    pulse: Pulse
    language: str

    async def show(self, request: web.Request, template: str, **values: Any) -> web.Response:
        """A page or a fragment of one, in the reader's language."""
        counts = {"letters": await self.store.count_letters(), "messages": self.telegram.world.count_all()}
        with texts.speaking(self.language_of(request)):
            page = _TEMPLATES.get_template(template).render(
                request=request, counts=counts, language=texts.language(), **values
            )
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": CONTENT_SECURITY})

    def language_of(self, request: web.Request) -> str:
        """What was chosen on the page, else what the browser asks for, else the installation's."""
        chosen = request.query.get("language") or request.cookies.get("language")
        asked = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
        return texts.known(chosen or asked or self.language)


def _number(value: int) -> str:
    return str(format_decimal(value, locale=texts.language()))


def _moment(at: float) -> str:
    """The time of today's, date and time of everything older."""
    when, now = datetime.fromtimestamp(at).astimezone(), datetime.now().astimezone()
    if when.date() == now.date():
        return str(format_time(when, "HH:mm:ss", tzinfo=when.tzinfo, locale=texts.language()))
    return str(format_datetime(when, "d MMM, HH:mm", tzinfo=when.tzinfo, locale=texts.language()))


def _full_moment(at: float) -> str:
    when = datetime.fromtimestamp(at).astimezone()
    return str(format_datetime(when, "long", tzinfo=when.tzinfo, locale=texts.language()))


def _size(octets: int) -> str:
    if octets < 1000:
        return f"{octets} B"
    if octets < 1_000_000:
        return f"{format_decimal(round(octets / 1000, 1), locale=texts.language())} kB"
    return f"{format_decimal(round(octets / 1_000_000, 1), locale=texts.language())} MB"


def _hue(name: str) -> int:
    """One of twelve colours, always the same for a name; a class, since style attributes are forbidden."""
    return sum(name.encode()) % 12


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals.update(_=texts._, ngettext=texts.ngettext)
_TEMPLATES.filters.update(number=_number, moment=_moment, full_moment=_full_moment, size=_size, hue=_hue)
