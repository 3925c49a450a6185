"""How control requests are read and refused."""

from typing import Any, NoReturn

from aiohttp import web


async def body(request: web.Request) -> dict[str, Any]:
    """The JSON object of the request; none at all is an empty one."""
    if not request.can_read_body:
        return {}
    try:
        given = await request.json()
    except ValueError:
        refuse("not_json")
    if not isinstance(given, dict):
        refuse("not_an_object")
    return given


def integer(given: dict[str, Any], name: str, default: int | None = None) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        refuse("not_an_integer", name)
    return value


def number(given: dict[str, Any], name: str, default: float, most: float = float("inf")) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        refuse("not_a_number", name)
    return float(value)


def refuse(code: str, where: str = "") -> NoReturn:
    """Answer 400 with a code and the name of the field."""
    raise web.HTTPBadRequest(text=f'{{"error": "{code}", "where": "{where}"}}', content_type="application/json")


def missing(what: str) -> NoReturn:
    raise web.HTTPNotFound(text=f'{{"error": "not_found", "where": "{what}"}}', content_type="application/json")
