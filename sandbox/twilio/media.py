"""Pictures and files that go with a message: fetched as Twilio fetches them, and served to whoever logs in.

Types and sizes are those of https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages.
"""

import re
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp import web

from sandbox.loopback import is_loopback
from sandbox.twilio.errors import TwilioError
from sandbox.twilio.world import TwilioWorld

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
OFFICE = "application/vnd.openxmlformats-officedocument"
FILES = frozenset(
    {
        "application/pdf",
        "application/msword",
        f"{OFFICE}.wordprocessingml.document",
        f"{OFFICE}.presentationml.presentation",
        f"{OFFICE}.spreadsheetml.sheet",
        "audio/aac",
        "audio/amr",
        "audio/mpeg",
        "audio/ogg",
        "video/mp4",
        "text/vcard",
    }
)
PICTURE_BYTES, FILE_BYTES = 5_000_000, 16_000_000
SHOWN = frozenset({"image/jpeg", "image/png"})
NAMED = re.compile(r"filename\*=UTF-8''([^;]+)")
SECONDS = aiohttp.ClientTimeout(total=10)


async def fetched(world: TwilioWorld, url: str) -> dict[str, str] | None:
    """What lies at that address, kept; None where it cannot be fetched, or is not what WhatsApp takes.

    From this machine alone: the sandbox reaches nobody else. Raises TwilioError (21620) for what is no address.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise TwilioError(21620)
    if not is_loopback(url):
        return None
    try:
        async with aiohttp.ClientSession(timeout=SECONDS) as session, session.get(url) as answer:
            body = await answer.content.read(FILE_BYTES + 1) if answer.status == 200 else b""
            while len(body) <= FILE_BYTES and (more := await answer.content.read(FILE_BYTES)):
                body += more
            kind, named = answer.content_type, NAMED.search(answer.headers.get("Content-Disposition", ""))
    except (aiohttp.ClientError, TimeoutError):
        return None
    most = PICTURE_BYTES if kind in PICTURES else FILE_BYTES if kind in FILES else 0
    if not 0 < len(body) <= most:
        return None
    return world.keep(body, kind, unquote(named[1]) if named else "")


def answer(world: TwilioWorld, sid: str) -> web.StreamResponse:
    """A kept file, for a page or for whoever has logged in: as a picture, or as something to be saved."""
    message = world.by_media(sid)
    if message is None or not (world.files / sid).is_file():
        return TwilioError(20404).answer()
    kind = message.media_type or ""
    headers = {
        "Content-Type": kind,
        "Content-Disposition": "inline" if kind in SHOWN else "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return web.FileResponse(world.files / sid, headers=headers)
