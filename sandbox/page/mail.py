"""Mail: a list of letters or of mailboxes, and the letter that was opened."""

import html
import re
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.loopback import is_loopback
from sandbox.mail.index import Filed, Search
from sandbox.mail.reading import Opened, opened, ways
from sandbox.page.parts import Parts

PAGE = 50
LONGEST_SOURCE = 300_000
FOREIGN_PAGE = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline';"
    " img-src data: http://127.0.0.1:* http://localhost:*; font-src data:; form-action 'none'; base-uri 'none'"
)
"""A letter may show its pictures from this machine and open its links elsewhere, and nothing more."""
VIEWS = ("rendered", "text", "headers", "envelope", "source")


def routes(parts: Parts) -> list[web.RouteDef]:
    store = parts.store

    async def page(request: web.Request) -> web.Response:
        listed = await _listed(parts, request)
        shown = await _shown(parts, request)
        return await parts.show(request, "mail.html", **listed, **shown)

    async def listing(request: web.Request) -> web.Response:
        return await parts.show(request, "mail_list.html", **await _listed(parts, request), letter=None)

    async def rendered(request: web.Request) -> web.Response:
        filed = await _filed(parts, request)
        whole = opened(store.source(filed))
        return web.Response(
            text=_document(filed.id, whole),
            content_type="text/html",
            headers={"Content-Security-Policy": FOREIGN_PAGE},
        )

    async def source(request: web.Request) -> web.Response:
        """To save it, as mail programs do."""
        filed = await _filed(parts, request)
        disposition = f'attachment; filename="letter-{filed.id}.eml"'
        headers = {"Content-Disposition": disposition, "Content-Type": "message/rfc822"}
        return web.Response(body=store.source(filed), headers=headers)

    async def part(request: web.Request) -> web.Response:
        filed = await _filed(parts, request)
        number = int(request.match_info["part"])
        found = next((part for part in opened(store.source(filed)).parts if part.number == number), None)
        if found is None:
            raise web.HTTPNotFound
        picture = found.type in ("image/png", "image/jpeg", "image/gif", "image/webp")
        return web.Response(
            body=found.content,
            headers={
                "Content-Type": found.type if picture else "application/octet-stream",
                "Content-Disposition": "inline" if picture else "attachment",
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    async def unsubscribe(request: web.Request) -> web.Response:
        """What mail programs do behind their own button (RFC 8058)."""
        filed = await _filed(parts, request)
        address = ways(store.source(filed)).unsubscribe
        status = await _one_click(address) if is_loopback(address) else 0
        return await parts.show(request, "unsubscribed.html", status=status)

    async def clear(_request: web.Request) -> web.Response:
        await store.clear()
        raise web.HTTPSeeOther("/mail")

    return [
        web.get("/mail", page),
        web.get("/mail/list", listing),
        web.get(r"/mail/{id:\d+}/rendered", rendered),
        web.get(r"/mail/{id:\d+}/source", source),
        web.get(r"/mail/{id:\d+}/parts/{part:\d+}", part),
        web.post(r"/mail/{id:\d+}/unsubscribe", unsubscribe),
        web.post("/mail/clear", clear),
    ]


async def _listed(parts: Parts, request: web.Request) -> dict[str, Any]:
    """Letters, or mailboxes, of what is searched for; one page of them."""
    query = request.query
    search = Search(
        recipient=query.get("mailbox", ""),
        words=query.get("words", ""),
        before=_number(query.get("before")),
        after=_number(query.get("after")),
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
    number = _number(request.query.get("letter"))
    filed = await parts.store.get(number) if number else None
    if filed is None:
        return {"letter": None}
    source = parts.store.source(filed)
    view = request.query.get("view", "")
    whole = opened(source)
    return {
        "letter": filed,
        "opened": whole,
        "recipients": await parts.store.recipients(filed.id),
        "view": view if view in VIEWS else "rendered" if whole.html else "text",
        "views": VIEWS if whole.html else VIEWS[1:],
        "source": source[:LONGEST_SOURCE].decode("utf-8", "replace"),
        "cut": len(source) > LONGEST_SOURCE,
        "leave": ways(source).unsubscribe,
    }


async def _filed(parts: Parts, request: web.Request) -> Filed:
    filed = await parts.store.get(int(request.match_info["id"]))
    if filed is None:
        raise web.HTTPNotFound
    return filed


def _document(number: int, whole: Opened) -> str:
    """The letter's HTML with links that open in a tab of their own, and embedded pictures in their places."""
    page = whole.html or f"<pre>{html.escape(whole.text)}</pre>"
    for part in whole.parts:
        if part.content_id:
            page = page.replace(f"cid:{part.content_id}", f"/mail/{number}/parts/{part.number}")
    base = '<base target="_blank"><meta name="referrer" content="no-referrer">'
    with_base, count = re.subn(r"(<head[^>]*>)", rf"\1{base}", page, count=1, flags=re.IGNORECASE)
    return with_base if count else base + page


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


def _number(given: str | None) -> int | None:
    return int(given) if given and given.isascii() and given.isdigit() else None
