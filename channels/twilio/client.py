"""The few calls of Twilio's REST API that we need, each answered by what is certain about it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import aiohttp

from channels.responses import json_object
from channels.twilio.account import Account
from core.errors import RetryLater
from core.messages import Money

SECONDS = 30.0
AT_ONCE = 50
PAGE = "?PageSize=1000"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: the request left, and no answer came."""

    status: int
    body: Mapping[str, Any]

    @property
    def code(self) -> int:
        code = self.body.get("code")
        return code if isinstance(code, int) else 0

    @property
    def said(self) -> str:
        return f"{self.code or self.status} {self.body.get('message') or ''!s}".strip()[:200]


class Client:
    """Holds the connections of one run."""

    def __init__(self, account: Account, session: aiohttp.ClientSession) -> None:
        self._account, self._session = account, session

    async def create(self, fields: Mapping[str, str]) -> Answer:
        """Hand in a message; raise RetryLater if the request surely did not leave."""
        return await self._call("POST", f"{self._account.url}/Messages.json", fields)

    async def fetch(self, sid: str) -> Answer:
        return await self._call("GET", f"{self._account.url}/Messages/{sid}.json")

    async def page(self, uri: str | None = None) -> Answer:
        """Messages of the account, the newest first, a thousand a page; `uri` is a page's word for the next one."""
        first = f"{self._account.url}/Messages.json{PAGE}"
        return await self._call("GET", f"{self._account.base}{uri}" if uri else first)

    async def balance(self) -> Answer:
        return await self._call("GET", f"{self._account.url}/Balance.json")

    async def _call(self, method: str, url: str, fields: Mapping[str, str] | None = None) -> Answer:
        try:
            async with self._session.request(method, url, data=fields, allow_redirects=False) as answer:
                return Answer(answer.status, await json_object(answer))
        except aiohttp.ClientConnectorError:
            raise RetryLater("twilio.unreachable", after=15, scope="channel") from None
        except (aiohttp.ClientError, TimeoutError):
            return Answer(0, {})


@asynccontextmanager
async def connected(account: Account, *, seconds: float = SECONDS) -> AsyncIterator[Client]:
    """Connections that are kept for the block."""
    async with aiohttp.ClientSession(
        headers={"Authorization": aiohttp.encode_basic_auth(account.sid, account.token)},
        timeout=aiohttp.ClientTimeout(total=None, connect=10, sock_connect=10, sock_read=seconds),
        connector=aiohttp.TCPConnector(limit=AT_ONCE),
    ) as session:
        yield Client(account, session)


def money(answer: Answer) -> Money | None:
    """The balance that an answer tells; None for one that does not."""
    try:
        return Money(Decimal(str(answer.body["balance"])), str(answer.body["currency"]))
    except (KeyError, InvalidOperation):
        return None
