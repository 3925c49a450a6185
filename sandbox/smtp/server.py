"""The mail server's door: a port on the loopback interface."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.mail.store import MailStore
from sandbox.ports import PortTaken
from sandbox.smtp.behaviour import Behaviour
from sandbox.smtp.session import Returns, Session


@asynccontextmanager
async def serving(
    store: MailStore, behaviour: Behaviour, returns: Returns, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[int]:
    """Take letters within the block; gives the port, a free one for 0. Raises PortTaken."""
    try:
        server = await asyncio.get_running_loop().create_server(
            lambda: Session(store, behaviour, returns), host, port, backlog=512
        )
    except OSError:
        raise PortTaken(port, mail=True) from None
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
