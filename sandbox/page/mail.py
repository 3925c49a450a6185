"""Mail: a list of letters or of mailboxes, the letter that was opened, and what a mail program does with it."""

from typing import Any

import aiohttp
from aiohttp import web

from sandbox.loopback import is_loopback
from sandbox.mail.index import Filed, Search
from sandbox.mail.reading import opened, ways
from sandbox.page.parts import Parts, number_in

PAGE = 50
LONGEST_SOURCE = 300_000
VIEWS = ("rendered", "text", "headers", "envelope", "source")


def routes(parts: Parts) -> list[web.RouteDef]:
    store = parts.store

    async def page(request: web.Request) -> web.Response:
        shown = await _shown(parts, request)
        figures = None if shown["letter"] else await store.figures()
        return await parts.page(request, "mail.html", **await _listed(parts, request), **shown, figures=figures)

    async def listing(request: web.Request) -> web.Response:
        return parts.fragment(request, "mail_list.html", **await _listed(parts, request), letter=None)

    async def figures(request: web.Request) -> web.Response:
        return parts.fragment(request, "figures.html", figures=await store.figures())

    async def unsubscribe(request: web.Request) -> web.Response:
        """What mail programs do behind their own button (RFC 8058)."""
        filed = await store.get(int(request.match_info["id"]))
        if filed is None:
            raise web.HTTPNotFound
        address = ways(store.source(filed)).unsubscribe
        near = is_loopback(address)
        status = await _one_click(address) if near else 0
        return parts.fragment(request, "unsubscribed.html", status=status, near=near)

    async def clear(_request: web.Request) -> web.Response:
        await store.clear()
        raise web.HTTPSeeOther("/mail")

    return [
        web.get("/mail", page),
        web.get("/mail/list", listing),
        web.get("/mail/figures", figures),
        web.post(r"/mail/{id:\d{1,18}}/unsubscribe", unsubscribe),
        web.post("/mail/clear", clear),
    ]


async def _listed(parts: Parts, request: web.Request) -> dict[str, Any]:
    """Letters, or mailboxes, of what is searched for; one page of them."""
    query = request.query
    search = Search(
        recipient=query.get("mailbox", ""),
        words=query.get("words", ""),
        before=number_in(query.get("before")),
        after=number_in(query.get("after")),
    )
    if query.get("by") == "mailbox":
        boxes = await parts.store.mailboxes(search.words, query.get("from", ""), PAGE + 1)
        return {"boxes": boxes[:PAGE], "more": len(boxes) > PAGE, "search": search, "letters": []}
    letters = await parts.store.page(search, PAGE + 1)
    backwards = search.after is not None
    more, letters = len(letters) > PAGE, letters[-PAGE:] if backwards else letters[:PAGE]
    return {
        "boxes": None,
        "letters": letters,
        "search": search,
        "found": await parts.store.count(search),
        "older": bool(letters) and (more or backwards),
        "newer": bool(letters) and (search.before is not None or (backwards and more)),
    }


async def _shown(parts: Parts, request: web.Request) -> dict[str, Any]:
    """The opened letter; `gone` where there is none of that number."""
    wanted = request.query.get("letter")
    number = number_in(wanted)
    filed = await parts.store.get(number) if number else None
    if filed is None:
        return {"letter": None, "gone": bool(wanted)}
    return {"letter": filed, "recipients": await parts.store.recipients(filed.id)} | _opened(parts, request, filed)


def _opened(parts: Parts, request: web.Request, filed: Filed) -> dict[str, Any]:
    source, view = parts.store.source(filed), request.query.get("view", "")
    whole, leads = opened(source), ways(source)
    return {
        "opened": whole,
        "view": view if view in VIEWS else "rendered" if whole.html else "text",
        "views": VIEWS if whole.html else VIEWS[1:],
        "source": source[:LONGEST_SOURCE].decode("utf-8", "replace"),
        "cut": len(source) > LONGEST_SOURCE,
        "leave": leads.unsubscribe,
        "far": sum(
            address.startswith(("http:", "https:", "//")) and not is_loopback(address) for address in leads.pictures
        ),
    }


def _is_far(address: str) -> bool:
    return address.startswith(("http:", "https:", "//")) and not is_loopback(address)


async def _one_click(address: str) -> int:
    """The status of the answer; 0 if there was none."""
    patience = aiohttp.ClientTimeout(total=10)
    try:
        async with (
            aiohttp.ClientSession(timeout=patience) as client,
            client.post(address, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0
