"""How control requests are read and refused."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from aiohttp import web

LARGEST = 2**63 - 1


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
    """A whole number that a database can hold."""
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        refuse("not_an_integer", name)
    return value


def written(given: Mapping[str, Any], name: str) -> int | None:
    """A whole number from zero on, in JSON or in an address; None where it is missing."""
    value = given.get(name)
    if value is None or value == "":
        return None
    if not re.fullmatch("[0-9]{1,18}", str(value)):
        refuse("not_an_integer", name)
    return int(value)


def number(given: dict[str, Any], name: str, default: float, most: float = 1e9) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        refuse("not_a_number", name)
    return float(value)


def objects(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects, empty where it is missing."""
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        refuse("not_a_list_of_objects", name)
    return value


def refuse(code: str, where: str = "") -> NoReturn:
    """Answer 400 with a code and the name of the field."""
    text = json.dumps({"error": code, "where": where})
    raise web.HTTPBadRequest(text=text, content_type="application/json")


def missing(what: str) -> NoReturn:
    text = json.dumps({"error": "not_found", "where": what})
    raise web.HTTPNotFound(text=text, content_type="application/json")
