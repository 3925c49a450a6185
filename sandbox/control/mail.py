"""`/control/mail`: the letters that arrived."""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sandbox.control import answers
from sandbox.mail.index import Filed, Search
from sandbox.mail.reading import opened, ways
from sandbox.mail.store import MailStore


def routes(store: MailStore) -> list[web.RouteDef]:
    async def summary(_request: web.Request) -> web.Response:
        return web.json_response(await store.summary())

    async def page(request: web.Request) -> web.Response:
        limit = min(int(request.query.get("limit", 50)), 10_000)
        found = await store.page(search_of(dict(request.query)), limit)
        return web.json_response({"messages": [described(filed) for filed in found]})

    async def one(request: web.Request) -> web.Response:
        filed = await _filed(request, store)
        return web.json_response(described(filed) | _contents(store.source(filed)))

    async def source(request: web.Request) -> web.Response:
        filed = await _filed(request, store)
        return web.Response(body=store.source(filed), content_type="message/rfc822")

    async def clear(_request: web.Request) -> web.Response:
        await store.clear()
        return web.json_response(await store.summary())

    return [
        web.get("/control/mail/summary", summary),
        web.get("/control/mail", page),
        web.get(r"/control/mail/{id:\d+}", one),
        web.get(r"/control/mail/{id:\d+}/source", source),
        web.delete("/control/mail", clear),
    ]


def search_of(given: dict[str, Any]) -> Search:
    """A search from names as in the query of `/control/mail`."""
    return Search(
        recipient=str(given.get("recipient") or ""),
        words=str(given.get("words") or ""),
        since=instant(given.get("since")),
        message_id_suffix=str(given.get("message_id_suffix") or ""),
        before=int(given["before"]) if given.get("before") else None,
        letters_only=str(given.get("returned", "")).lower() in ("no", "false", "0"),
    )


def instant(given: object) -> float:
    """Seconds since 1970, given as such or as an ISO time; 0 for none."""
    if given is None or given == "":
        return 0.0
    try:
        return float(str(given))
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(str(given).replace(" ", "+")).timestamp()
    except ValueError:
        answers.refuse("not_a_time", "since")


def described(filed: Filed) -> dict[str, Any]:
    return {
        "id": filed.id,
        "received_at": datetime.fromtimestamp(filed.at, UTC).isoformat(),
        "sender": filed.sender,
        "recipient": filed.first_recipient,
        "recipients": filed.recipients,
        "from": filed.author,
        "subject": filed.subject,
        "message_id": filed.message_id,
        "size": filed.size,
        "returned": filed.returned,
    }


def _contents(source: bytes) -> dict[str, Any]:
    letter, leads = opened(source), ways(source)
    return {
        "headers": [list(header) for header in letter.headers],
        "text": letter.text,
        "html": letter.html,
        "attachments": [part.name for part in letter.parts],
        "pictures": leads.pictures,
        "links": leads.links,
        "unsubscribe": leads.unsubscribe,
    }


async def _filed(request: web.Request, store: MailStore) -> Filed:
    filed = await store.get(int(request.match_info["id"]))
    if filed is None:
        answers.missing("mail")
    return filed
