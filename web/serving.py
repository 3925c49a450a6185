"""The public pages on a port: connections' fronts, aiohttp behind them, and an end that cuts no answer off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from web.doors import DOORS
from web.front import Front
from web.quick import Quick

NEVER_SECONDS = 10 * 365 * 86400.0
"""aiohttp would close a connection that it has not been asked by; it does not see what the front answers."""
PATIENCE_SECONDS = 10.0


class AddressTakenError(Exception):
    """Somebody else listens there."""


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
    """Serve at the address that is told, until the block ends; what is under way then is answered and recorded first.

    Raises AddressTakenError. Without an access log: an address holds a token, and tokens are kept out of logs.
    """
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=NEVER_SECONDS)
    await runner.setup()
    fronts: set[Front] = set()
    try:
        server = await _listening(runner, fronts, host, port)
        try:
            yield server.sockets[0].getsockname()[:2]
        finally:
            server.close()
            await _finished(fronts)
    finally:
        await runner.cleanup()


async def _listening(runner: web.AppRunner, fronts: set[Front], host: str, port: int) -> asyncio.Server:
    quick, behind = Quick(runner.app[DOORS]), runner.server
    assert behind is not None

    def front() -> Front:
        made = Front(quick, behind, fronts.discard)
        fronts.add(made)
        return made

    try:
        return await asyncio.get_running_loop().create_server(front, host, port, backlog=1024)
    except OSError:
        raise AddressTakenError from None


async def _finished(fronts: set[Front]) -> None:
    for front in tuple(fronts):
        front.finish()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(front.busy for front in fronts):
                await asyncio.sleep(0.01)
    except TimeoutError:
        return
