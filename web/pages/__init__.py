"""Pages for people, in the customer's language, with headers that let nothing else in."""

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from texts import LANGUAGES, _, known, language, speaking
from texts.segments import channel as channel_name
from web.doors import DOORS

HERE = Path(__file__).parent

environment = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
environment.globals.update(_=_, language=language, channel_name=channel_name, visitor=None)


def page(
    request: web.Request, name: str, *, status: int = 200, language: str | None = None, **values: object
) -> web.Response:
    """A page in `language`, else in the first that the browser asks for and we have, else in the account's."""
    with speaking(language or _wanted(request)):
        text = environment.get_template(name).render(**values)
    return web.Response(text=text, content_type="text/html", status=status, headers={"Cache-Control": "no-store"})


def _wanted(request: web.Request) -> str:
    """In the order in which the browser names them (RFC 9110, section 12.5.4); weights are left aside."""
    for part in request.headers.get("Accept-Language", "").split(",")[:20]:
        short = part.split(";")[0].strip().split("-")[0].lower()
        if short in LANGUAGES:
            return short
    return known(request.app[DOORS].language)
