"""`/control/mail`: the letters that arrived."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sandbox.control import answers
from sandbox.mail.index import Filed, Search
from sandbox.mail.reading import opened, ways
from sandbox.mail.store import MailStore

PAGE_AT_MOST = 10_000
_NAMES = ("recipient", "words", "since", "message_id_suffix", "before", "returned")


def routes(store: MailStore) -> list[web.RouteDef]:
    async def summary(_request: web.Request) -> web.Response:
        return web.json_response(await store.summary())

    async def page(request: web.Request) -> web.Response:
        limit = answers.written(request.query, "limit")
        search = search_of(request.query, also=("limit",))
        found = await store.page(search, 50 if limit is None else min(limit, PAGE_AT_MOST))
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
        web.get(r"/control/mail/{id:\d{1,18}}", one),
        web.get(r"/control/mail/{id:\d{1,18}}/source", source),
        web.delete("/control/mail", clear),
    ]


def search_of(given: Mapping[str, Any], *, also: tuple[str, ...]) -> Search:
    """A search from names as in the query of `/control/mail`; refuses names that are neither these nor `also`."""
    unknown = sorted(set(given) - {*_NAMES, *also})
    if unknown:
        answers.refuse("unknown_field", unknown[0])
    return Search(
        recipient=str(given.get("recipient") or ""),
        words=str(given.get("words") or ""),
        since=instant(given.get("since")),
        message_id_suffix=str(given.get("message_id_suffix") or ""),
        before=answers.written(given, "before"),
        letters_only=str(given.get("returned", "")).lower() in ("no", "false", "0"),
    )


def instant(given: object) -> float:
    """Seconds since 1970, given as such or as an ISO time; 0 for none."""
    if given is None or given == "":
        return 0.0
    try:
        if re.fullmatch(r"[0-9]{1,12}(\.[0-9]*)?", str(given)):
            return float(str(given))
        # An offset's plus sign is a space in an address where nobody quoted it.
        return datetime.fromisoformat(re.sub(r"(T.*) ", r"\1+", str(given))).timestamp()
    except (ValueError, OverflowError):
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
