"""What the page looks at, and how it puts that into a template."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from babel.dates import format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, select_autoescape

import texts
from sandbox.mail.store import MailStore
from sandbox.pulse import Pulse
from sandbox.smtp.behaviour import Behaviour
from sandbox.telegram.call import Telegram
from sandbox.twilio.callbacks import Callbacks
from sandbox.twilio.world import TwilioWorld

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
    twilio: TwilioWorld
    callbacks: Callbacks

    async def page(self, request: web.Request, template: str, *, code: int = 200, **values: Any) -> web.Response:
        """A whole page, in the reader's language."""
        return self.fragment(request, template, code=code, counts=await self.counts(), **values)

    def fragment(self, request: web.Request, template: str, *, code: int = 200, **values: Any) -> web.Response:
        """A piece of a page, for one that is open."""
        with texts.speaking(self.language_of(request)):
            body = _TEMPLATES.get_template(template).render(request=request, language=texts.language(), **values)
        headers = {"Content-Security-Policy": CONTENT_SECURITY, "Cache-Control": "no-store"}
        return web.Response(text=body, status=code, content_type="text/html", headers=headers)

    async def counts(self) -> dict[str, int]:
        """What the navigation shows: letters, messages, and how many switches of the behaviour are on."""
        limits = self.telegram.limits
        phones = self.twilio.behaviour
        switched = [limits.strict, limits.refuse_next, limits.blocked_share]
        switched += [phones.refuse_next, phones.fail_next, phones.silent, phones.twice]
        return {
            "letters": await self.store.count_letters(),
            "messages": self.telegram.world.count_all(),
            "texts": self.twilio.count(),
            "switches": len(self.behaviour.rules) + sum(map(bool, switched)),
        }

    def language_of(self, request: web.Request) -> str:
        """What was chosen on the page, else what the browser asks for, else the installation's."""
        chosen = request.query.get("language") or request.cookies.get("language")
        asked = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
        return texts.known(chosen or asked or self.language)


def number_in(given: Any) -> int | None:
    """A number from an address or a form, as far as a database can hold it; None for anything else."""
    text = str(given or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


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


def _span(seconds: int) -> str:
    return str(format_timedelta(seconds, locale=texts.language()))


def _initial(name: str) -> str:
    """The first letter or digit, for an avatar."""
    return next((sign.upper() for sign in name if sign.isalnum()), "?")


def _hue(name: str) -> int:
    """One of twelve colours, always the same for a name; a class, since style attributes are forbidden."""
    return sum(name.encode()) % 12


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals.update(_=texts._, ngettext=texts.ngettext)
_TEMPLATES.filters.update(
    number=_number, moment=_moment, full_moment=_full_moment, size=_size, span=_span, initial=_initial, hue=_hue
)
