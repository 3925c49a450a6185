"""Pictures and files that a bot names by their address: fetched from this machine alone, and once."""

import base64

import aiohttp

from sandbox.loopback import is_loopback
from sandbox.telegram import files
from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import Kept, Upload

PATIENCE = aiohttp.ClientTimeout(total=10)
LARGEST_PICTURE, LARGEST_FILE = 5 * 1024 * 1024, 20 * 1024 * 1024
"""What Telegram fetches (https://core.telegram.org/bots/api#sending-files)."""
GREY = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAASCAAAAAAfo4OOAAAAE0lEQVR42mM4QQAwjCoYVUCKAgAy6MIQWdzQygAAAABJRU5ErkJggg=="
)
"""Stands for whatever lies elsewhere: nothing leaves this machine."""


async def fetched(call: Call, url: str, *, picture: bool) -> Kept:
    """The file at that address; raise 400 as Telegram does for one that cannot be had."""
    known = call.telegram.world.fetched
    if (call.bot.id, url) not in known:
        name = url.rsplit("/", 1)[-1].partition("?")[0] or "file"
        if is_loopback(url):
            content = await _content(url, LARGEST_PICTURE if picture else LARGEST_FILE)
        else:
            content = GREY
        known[call.bot.id, url] = files.keep(
            call.telegram.world, call.bot.id, Upload(name, "", content), picture=picture
        ).id
    found = files.find(call.telegram.world, call.bot.id, known[call.bot.id, url])
    if found is None:
        del known[call.bot.id, url]
        return await fetched(call, url, picture=picture)
    return found


async def _content(url: str, largest: int) -> bytes:
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as client, client.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise bad_request("failed to get HTTP URL content")
            content = await answer.content.read(largest + 1)
    except (aiohttp.ClientError, TimeoutError):
        raise bad_request("failed to get HTTP URL content") from None
    if len(content) > largest:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return content
