"""A scripted mail server in a process of its own: each accepted message is on disk before the server says so.

    python -m tests.faults.mail DIRECTORY

Listens on the port in DIRECTORY/port, takes orders on DIRECTORY/orders (a Unix socket, one JSON object a line) and
appends `time recipient` to DIRECTORY/record.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.integration.scripted_smtp import Act, Mail, Rule, ScriptedSmtp


class Record(list[Mail]):
    """What was accepted, in memory as tests know it, and on disk, where a kill does not reach it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append(self, mail: Mail) -> None:
        lines = "".join(f"{time.time():.6f} {recipient}\n" for recipient in mail.recipients)
        os.write(self._file, lines.encode())


async def serve(directory: Path) -> None:
    server = ScriptedSmtp(accepted=Record(directory / "record"))

    async def take_orders(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            await obey(server, json.loads(line))
            writer.write(b"done\n")
            await writer.drain()
        writer.close()

    async with server:
        await asyncio.start_unix_server(take_orders, directory / "orders")
        (directory / "port.new").write_text(str(server.port))
        (directory / "port.new").rename(directory / "port")
        await asyncio.Event().wait()


async def obey(server: ScriptedSmtp, order: dict[str, Any]) -> None:
    """`at`: a rule as in `Rule`, an act by its name; `clear`; `users`; `seconds` a message; `hang_up` on everybody."""
    if "at" in order:
        stage, answer, *more = order["at"]
        server.rules.append(Rule(stage, Act.__members__.get(answer, answer), *more))
    if order.get("clear"):
        server.rules.clear()
    if "users" in order:
        server.users = dict(order["users"])
    if "seconds" in order:
        server.seconds = float(order["seconds"])
    if order.get("hang_up"):
        await server.hang_up()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
