"""How fast letters leave: our client and Postfix's `smtp-source -d`, in turns, into the same `smtp-sink`.

    python -m bench.smtp [--messages 100000] [--rounds 3] [--connections 20]

Letters of about 5 kB are joined from ready pieces, so that SMTP alone is measured. Prints messages a second of
both, their ratio, and our CPU a message; the machine's noise is in both, so read the ratio.
"""

import argparse
import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil
import uvloop

from channels.email.provider import EmailProvider
from channels.email.smtp.relay import Relay
from core.messages import Accepted, Content, Message, Sender
from core.vocabulary import Tls

GROUP = 50
CONTENT = Content(1, "Hello", None, "Hello", Sender("Anna", "news@sender.test"), 1, "marketing", "news", "News")
BORN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BODY = b"<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.</p>\r\n" * 62


class Ready:
    """A letter of which only the recipient's line differs."""

    tame = True

    def __init__(self, content: Content) -> None:
        self._head = f"From: {content.sender.address}\r\nSubject: {content.subject}\r\n".encode()

    def render(self, message: Message) -> bytes:
        return b"".join((self._head, b"To: ", message.address.encode(), b"\r\n\r\n", BODY))


async def send(port: int, messages: int, connections: int) -> int:
    provider = EmailProvider([Relay("127.0.0.1", port, Tls.NONE, connections=connections)], Ready)
    accepted = 0
    async for settled in provider.deliver(groups(messages)):
        accepted += sum(isinstance(outcome, Accepted) for _, outcome in settled)
    return accepted


async def groups(messages: int) -> AsyncIterator[Sequence[Message]]:
    for start in range(0, messages, GROUP):
        yield [
            Message(i, 1, f"user{i}@example.test", CONTENT, {}, BORN)
            for i in range(start, min(start + GROUP, messages))
        ]


@dataclass(frozen=True, slots=True)
class Sink:
    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds that it has used so far."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    """Postfix's smtp-sink on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [_tool("smtp-sink"), *(["-u", "nobody"] if os.geteuid() == 0 else []), f"127.0.0.1:{port}", "1000"]
    process = subprocess.Popen(command)  # noqa: S603 - the command is ours
    try:
        _await_port(port)
        yield Sink(port, psutil.Process(process.pid))
    finally:
        process.kill()
        process.wait()


def ours(port: int, messages: int, connections: int) -> tuple[float, float]:
    """Messages a second, and microseconds of CPU a message."""
    began, used = time.perf_counter(), _cpu()
    accepted = uvloop.run(send(port, messages, connections))
    if accepted != messages:
        raise SystemExit(f"{accepted} of {messages} were accepted")
    return messages / (time.perf_counter() - began), (_cpu() - used) / messages * 1e6


def theirs(port: int, messages: int, connections: int, size: int = len(BODY) + 100) -> float:
    command = [_tool("smtp-source"), "-d", "-s", str(connections), "-m", str(messages), "-l", str(size)]
    began = time.perf_counter()
    command += ["-f", "a@sender.test", "-t", "b@example.test", f"127.0.0.1:{port}"]
    subprocess.run(command, check=True)  # noqa: S603 - the command is ours
    return messages / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=20)
    asked = parser.parse_args()
    with sink() as into:
        for _ in range(asked.rounds):
            mine, cpu = ours(into.port, asked.messages, asked.connections)
            source = theirs(into.port, asked.messages, asked.connections)
            sys.stdout.write(
                f"ours {mine:,.0f}/s, {cpu:.1f} us; smtp-source -d {source:,.0f}/s; ratio {mine / source:.2f}\n"
            )
            sys.stdout.flush()


def tool(name: str) -> str | None:
    """Where that program is, Debian's place for it included."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def _tool(name: str) -> str:
    found = tool(name)
    if found is None:
        raise SystemExit(f"{name} is missing: it comes with Postfix")
    return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _await_port(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise SystemExit("smtp-sink did not start")


if __name__ == "__main__":
    main()
