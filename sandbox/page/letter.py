"""A letter's own HTML, its parts and its source: hostile until proven otherwise, and never in the page's origin."""

import html
import re
from urllib.parse import quote

from aiohttp import web

from sandbox.mail.index import Filed
from sandbox.mail.reading import Opened, opened
from sandbox.page.parts import Parts

RENDERED = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline';"
    " img-src data: http://127.0.0.1:* http://localhost:*; font-src data:; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'self'"
)
"""A letter may show its pictures from this machine and open its links elsewhere, and nothing more."""
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def routes(parts: Parts) -> list[web.RouteDef]:
    store = parts.store

    async def rendered(request: web.Request) -> web.Response:
        filed = await _filed(parts, request)
        headers = {"Content-Security-Policy": RENDERED, "Referrer-Policy": "no-referrer"}
        # Without it, a browser would look up the names of all links.
        headers["X-DNS-Prefetch-Control"] = "off"
        return web.Response(
            text=document(filed.id, opened(store.source(filed))), content_type="text/html", headers=headers
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
        picture = found.type in PICTURES
        attached = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
        return web.Response(
            body=found.content,
            headers={
                "Content-Type": found.type if picture else "application/octet-stream",
                "Content-Disposition": "inline" if picture else attached,
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    return [
        web.get(r"/mail/{id:\d{1,18}}/rendered", rendered),
        web.get(r"/mail/{id:\d{1,18}}/source", source),
        web.get(r"/mail/{id:\d{1,18}}/parts/{part:\d{1,9}}", part),
    ]


def document(number: int, whole: Opened) -> str:
    """The letter's HTML with links that open in a tab of their own, and embedded pictures in their places."""
    page = whole.html or f"<pre>{html.escape(whole.text)}</pre>"
    # The longest first, since one name may begin another.
    for part in sorted(whole.parts, key=lambda part: -len(part.content_id)):
        if part.content_id:
            page = page.replace(f"cid:{part.content_id}", f"/mail/{number}/parts/{part.number}")
    # Browsers open connections for `<link rel="preconnect">` before they ask any policy.
    page = re.sub(r"<link\b", "<x-link", page, flags=re.IGNORECASE)
    return _with(page, '<base target="_blank"><meta name="referrer" content="no-referrer">')


def _with(page: str, first: str) -> str:
    """The page with that at the beginning of its head, behind a doctype, which keeps browsers in their strict mode."""
    for place in (r"<head(?:\s[^>]*)?>", r"<html(?:\s[^>]*)?>", r"^\s*<!doctype[^>]*>"):
        changed, count = re.subn(f"({place})", lambda found: found[1] + first, page, count=1, flags=re.IGNORECASE)
        if count:
            return changed
    return first + page


async def _filed(parts: Parts, request: web.Request) -> Filed:
    filed = await parts.store.get(int(request.match_info["id"]))
    if filed is None:
        raise web.HTTPNotFound
    return filed
