"""A mail server that does what a test asks of it, and keeps a record of every message that it accepted."""

import asyncio
import contextlib
import ssl
import threading
from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

EXTENSIONS = ("PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


class Act(Enum):
    DROP = "close the connection without an answer"
    HANG = "never answer"
    DROP_IN_BODY = "at `data`: ask for the body and close when its first line has come"
    KEEP_AND_DROP = "at `body`: record the message as accepted and close without an answer"
    KEEP_AND_HANG = "at `body`: record the message as accepted and never answer"
    STOP_READING = "at `data`: ask for the body and read none of it"


@dataclass(frozen=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    body: bytes
    """Without the doubled dots and the last one."""
    connection: int
    parameters: str = ""
    """What followed MAIL FROM, for example `SIZE=512 BODY=8BITMIME`."""


@dataclass
class Rule:
    """At `stage` (connect ehlo starttls auth mail rcpt data body rset quit) do this, `times` times or always.

    `about` must occur in the command, or at data and body in the first recipient. An answer that begins with
    421 closes the connection.
    """

    stage: str
    answer: str | Act
    about: str = ""
    times: int | None = None
    skip: int = 0


@dataclass
class ScriptedSmtp:
    """`async with ScriptedSmtp() as server:` within a loop, or `with serving(server):` in a thread of its own."""

    extensions: tuple[str, ...] = EXTENSIONS
    users: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    port: int = 0
    seconds: float = 0.0
    """How long it thinks over each message before it takes it."""
    go_ahead_without_recipients: bool = False
    """Whether DATA is answered 354 though no recipient was accepted, as RFC 2920 allows."""
    rules: list[Rule] = field(default_factory=list)
    accepted: list[Mail] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def at(self, stage: str, answer: str | Act, about: str = "", times: int | None = None, skip: int = 0) -> None:
        self.rules.append(Rule(stage, answer, about, times, skip))

    @property
    def recipients(self) -> list[str]:
        """Of all accepted messages, in order; one named twice was sent to twice."""
        return [recipient for mail in self.accepted for recipient in mail.recipients]

    async def __aenter__(self) -> "ScriptedSmtp":
        secured = self.tls if self.implicit_tls else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=secured, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def hang_up(self) -> None:
        """Close every connection; new ones are welcome."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Close the port and every connection; the record stays, and the server may be entered again."""
        assert self._server
        self._server.close()
        await self.hang_up()
        self._server = None

    def answer(self, stage: str, about: str, usual: str) -> str | Act:
        for rule in self.rules:
            if rule.stage == stage and rule.about in about and rule.times != 0:
                if rule.skip:
                    rule.skip -= 1
                    continue
                if rule.times is not None:
                    rule.times -= 1
                return rule.answer
        return usual

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await _Conversation(self, reader, writer, self.connections).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, _Hangup, ssl.SSLError):
            pass
        finally:
            self.open_now -= 1
            self._tasks.discard(task)
            writer.transport.abort()


class _Hangup(Exception):  # noqa: N818 - an act, not a mistake
    """The server closes the connection."""


class _Conversation:
    def __init__(
        self, server: ScriptedSmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.number = number
        self.secured = server.implicit_tls
        self.sender: str | None = None
        self.parameters = ""
        self.recipients: list[str] = []

    async def run(self) -> None:
        await self.say("connect", "", "220 scripted ESMTP")
        while line := await self.reader.readline():
            command = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            self.server.commands.append(command)
            verb = command.split(" ")[0].split(":")[0].upper()
            handler: Callable[[str], Awaitable[None]] | None = getattr(self, f"do_{verb.lower()}", None)
            if handler is None:
                await self.write("502 5.5.1 not implemented")
            else:
                await handler(command)

    async def do_ehlo(self, command: str) -> None:
        lines = ["scripted", *self.server.extensions]
        if self.server.tls and not self.secured:
            lines.append("STARTTLS")
        if self.server.users:
            lines.append("AUTH PLAIN LOGIN")
        multi = "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])
        await self.say("ehlo", command, multi)

    async def do_helo(self, command: str) -> None:
        await self.say("helo", command, "250 scripted")

    async def do_starttls(self, command: str) -> None:
        if await self.say("starttls", command, "220 2.0.0 go ahead") and self.server.tls:
            await self.writer.start_tls(self.server.tls)
            self.secured = True

    async def do_auth(self, command: str) -> None:
        words = command.split(" ")
        if words[1] == "PLAIN":
            _, user, password = b64decode(words[2]).decode().split("\0")
        else:
            user, password = [await self._ask(question) for question in ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")]
        right = self.server.users.get(user) == password
        await self.say("auth", command, "235 2.7.0 welcome" if right else "535 5.7.8 wrong user or password")

    async def do_mail(self, command: str) -> None:
        if self.sender is not None:
            return await self.write("503 5.5.1 nested MAIL command")
        if await self.say("mail", command, "250 2.1.0 ok"):
            self.sender, _, self.parameters = command.partition("<")[2].rpartition(">")
            self.parameters = self.parameters.strip()
        return None

    async def do_rcpt(self, command: str) -> None:
        if self.sender is None:
            return await self.write("503 5.5.1 need MAIL command")
        if await self.say("rcpt", command, "250 2.1.5 ok"):
            self.recipients.append(command.partition("<")[2].rpartition(">")[0])
        return None

    async def do_data(self, command: str) -> None:
        if self.sender is None or not (self.recipients or self.server.go_ahead_without_recipients):
            return await self.write("554 5.5.1 no valid recipients")
        about = (self.recipients or [""])[0]
        answer = self.server.answer("data", about, "354 go ahead")
        if answer is Act.DROP_IN_BODY or answer is Act.STOP_READING:
            await self.write("354 go ahead")
            if answer is Act.DROP_IN_BODY:
                await self.reader.readline()
                raise _Hangup
            self.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.sleep(3600)
        if not await self.do(answer):
            return None
        await self._take_body(about)
        return None

    async def _take_body(self, about: str) -> None:
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _Hangup
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.server.seconds:
            await asyncio.sleep(self.server.seconds)
        mail = Mail(self.sender or "", tuple(self.recipients), b"".join(lines), self.number, self.parameters)
        answer = self.server.answer("body", about, "250 2.0.0 queued")
        if not mail.recipients and answer == "250 2.0.0 queued":
            answer = "554 5.5.1 no valid recipients"
        self._clear()
        if answer in (Act.KEEP_AND_DROP, Act.KEEP_AND_HANG) or (isinstance(answer, str) and answer.startswith("2")):
            self.server.accepted.append(mail)
        await self.do(answer)

    async def do_rset(self, command: str) -> None:
        self._clear()
        await self.say("rset", command, "250 2.0.0 ok")

    async def do_quit(self, command: str) -> None:
        await self.say("quit", command, "221 2.0.0 bye")
        raise _Hangup

    async def say(self, stage: str, about: str, usual: str) -> bool:
        """Answer as the script wants, else as usual; true if that was a yes."""
        return await self.do(self.server.answer(stage, about, usual))

    async def do(self, answer: str | Act) -> bool:
        if isinstance(answer, str):
            await self.write(answer)
            if answer.startswith("421"):
                raise _Hangup
            return answer.startswith(("2", "3"))
        if answer in (Act.HANG, Act.KEEP_AND_HANG):
            await asyncio.sleep(3600)
        raise _Hangup

    async def write(self, reply: str) -> None:
        self.writer.write(reply.encode("utf-8", "surrogateescape") + b"\r\n")
        await self.writer.drain()

    def _clear(self) -> None:
        self.sender, self.recipients = None, []

    async def _ask(self, question: str) -> str:
        await self.write(f"334 {question}")
        return b64decode(await self.reader.readline()).decode()


@contextlib.contextmanager
def serving(server: ScriptedSmtp) -> Iterator[ScriptedSmtp]:
    """Serve from a thread of its own, for tests whose senders are other processes."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
