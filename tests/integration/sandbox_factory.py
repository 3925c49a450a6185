"""A running sandbox for tests: in a thread of its own for synchronous clients, in the loop for others."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.app import Sandbox, running


@contextmanager
def sandbox_in_thread(data: Path) -> Iterator[Sandbox]:
    """Started and stopped in another thread; what it holds may only be asked over the network."""
    ready, box = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with running(data) as sandbox:
            box.append(sandbox)
            ready.set()
            await stop.wait()

    def work() -> None:
        try:
            loop.run_until_complete(serve())
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait(10)
    try:
        yield box[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
