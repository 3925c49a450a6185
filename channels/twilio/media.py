"""Pictures and files that customers sent, fetched from Twilio with the account's login when somebody looks at them."""

from urllib.parse import urljoin, urlsplit

import aiohttp

from channels.guarded import Guarded
from channels.twilio.account import Account
from core.errors import NotFound, Unavailable

MOST_BYTES = 20_000_000
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
REDIRECTS = (301, 302, 303, 307, 308)


async def fetched(account: Account, at: str) -> bytes:
    """What lies there; raise NotFound (`media.not_found`), or Unavailable if Twilio does not answer.

    The login goes to the account's own messages alone. Twilio leads on to where the bytes are, which is asked without
    it, over https, and never within our network.
    """
    if not at.startswith(f"{account.url}/Messages/"):
        raise NotFound("media.not_found")
    try:
        return await _followed(account, at)
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise Unavailable("media.unavailable", what="Twilio") from None


async def _followed(account: Account, at: str) -> bytes:
    allowed = frozenset({urlsplit(account.base).hostname or ""})
    connector = aiohttp.TCPConnector(resolver=Guarded(allowed), use_dns_cache=False)
    login = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.token)}
    async with aiohttp.ClientSession(timeout=TIMEOUT, connector=connector) as session:
        async with session.get(at, headers=login, allow_redirects=False) as answer:
            if answer.status not in REDIRECTS:
                return await _read(answer)
            target = urljoin(at, answer.headers.get("Location", ""))
        if urlsplit(target).scheme != "https":
            raise NotFound("media.not_found")
        async with session.get(target, max_redirects=2) as answer:
            return await _read(answer)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    if answer.status != 200:
        raise NotFound("media.not_found")
    body = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        body += piece
        if len(body) > MOST_BYTES:
            raise NotFound("media.not_found")
    return bytes(body)
