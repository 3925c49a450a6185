"""Reports to the customer of Twilio, signed as Twilio signs them."""

import asyncio
import base64
import hmac
from collections.abc import Mapping

import aiohttp

from sandbox.loopback import is_loopback
from sandbox.twilio.world import Text, TwilioWorld

TRIES = 5
WHATSAPP = "whatsapp:"


class Callbacks:
    """Posts in the background; what is refused is tried again a few times, a little later."""

    def __init__(self, world: TwilioWorld) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def begin(self, text: Text, steps: list[tuple[str, int | None]]) -> None:
        """Take a message through its statuses, reporting each one."""
        self._run(self._through(text, steps))

    def report_inbound(self, text: Text, url: str) -> None:
        fields = {
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "SmsMessageSid": text.sid,
            "AccountSid": text.account,
            "From": text.sender,
            "To": text.recipient,
            "Body": text.body,
            "NumMedia": "1" if text.media else "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        if text.sender.startswith(WHATSAPP):
            number = text.sender.removeprefix(WHATSAPP)
            fields |= {"ProfileName": f"Phone {number[-4:]}", "WaId": number.removeprefix("+")}
        if text.media:
            path = f"/2010-04-01/Accounts/{text.account}/Messages/{text.sid}/Media/{text.media}"
            fields |= {"MediaUrl0": f"{self._world.base}{path}", "MediaContentType0": text.media_type or ""}
        self._run(self._post(url, text.account, fields))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _run(self, work: "asyncio.coroutines.Coroutine[None, None, None]") -> None:  # type: ignore[name-defined]
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _through(self, text: Text, steps: list[tuple[str, int | None]]) -> None:
        for status, error in steps:
            await asyncio.sleep(0.02)
            self._world.move(text.sid, status, error)
            if text.callback and not self._world.behaviour.silent:
                fields = {
                    "MessageSid": text.sid,
                    "SmsSid": text.sid,
                    "AccountSid": text.account,
                    "From": text.sender,
                    "To": text.recipient,
                    "MessageStatus": status,
                    "SmsStatus": status,
                    "ApiVersion": "2010-04-01",
                    **({"MessagingServiceSid": text.service} if text.service else {}),
                    **({"ErrorCode": str(error)} if error else {}),
                }
                for _ in range(2 if self._world.behaviour.twice else 1):
                    await self._post(text.callback, text.account, fields)

    async def _post(self, url: str, account: str, fields: Mapping[str, str]) -> None:
        """To this machine alone: the sandbox reaches nobody else."""
        if not is_loopback(url):
            return
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        headers = {"X-Twilio-Signature": signature(self._world.accounts.get(account, ""), url, fields)}
        for again in range(TRIES):
            try:
                async with self._session.post(url, data=fields, headers=headers) as answer:
                    if answer.status < 500:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.2 * 2**again)


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """https://www.twilio.com/docs/usage/security: HMAC-SHA1 over the URL and the sorted fields, in Base64."""
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()
