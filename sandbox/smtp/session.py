"""One connection to the mail server: commands and letters in, replies out, several at once where they are pipelined."""

import asyncio
from collections.abc import Callable
from typing import cast

from sandbox.mail.store import MailStore
from sandbox.smtp import commands
from sandbox.smtp.behaviour import Behaviour, Treatment
from sandbox.smtp.rules import Stage
from sandbox.smtp.words import spoken

HOST = "mail.sandbox.test"
LARGEST = 36_700_160
"""Octets, as at large providers."""
LONGEST_LINE = 64 * 1024
RECIPIENTS_AT_MOST = 1000
END = b"\r\n.\r\n"

Returns = Callable[[str, str, bytes], None]
"""Told of each accepted copy: envelope sender, recipient, source."""


class Session(asyncio.Protocol):
    """A callback protocol with one buffer: a bulk sender's letter costs a handful of calls, not a task switch each."""

    def __init__(self, store: MailStore, behaviour: Behaviour, returns: Returns) -> None:
        self._store, self._behaviour, self._returns = store, behaviour, returns
        self._buffer = bytearray()
        self._replies: list[bytes] = []
        self._searched = 0
        self._reading = False
        self._waiting: asyncio.TimerHandle | None = None
        self._closing = False
        self._helo = ""
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._utf8 = self._oversized = False
        self._verbs: dict[bytes, Callable[[bytes], None]] = {
            b"EHLO": self._on_ehlo,
            b"HELO": self._on_helo,
            b"MAIL": self._on_mail,
            b"RCPT": self._on_rcpt,
            b"DATA": self._on_data,
            b"RSET": self._on_rset,
            b"NOOP": lambda _line: self._say("250 2.0.0 Ok"),
            b"VRFY": lambda _line: self._say("252 2.1.5 Send it, and see"),
            b"HELP": lambda _line: self._say("214 2.0.0 See RFC 5321"),
            b"QUIT": self._on_quit,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._peer = str((transport.get_extra_info("peername") or ["local"])[0])
        self._treated(Stage.CONNECT, lambda: self._say(f"220 {HOST} ESMTP Sendbote sandbox"))
        self._answer()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._work()

    def connection_lost(self, _problem: Exception | None) -> None:
        self._closing = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _work(self) -> None:
        """Do all that the buffer holds, then answer it in one piece."""
        while self._waiting is None and not self._closing and self._step():
            pass
        self._answer()

    def _answer(self) -> None:
        """Write all replies at once; what they accept is handed to the disk first."""
        self._store.flush()
        if self._replies and not self._transport.is_closing():
            self._transport.write(b"".join(self._replies))
        self._replies.clear()
        if self._closing:
            self._transport.close()

    def _step(self) -> bool:
        """Whether there was something to do."""
        if self._reading:
            return self._read_letter()
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > LONGEST_LINE:
                self._end("500 5.5.6 Line too long")
            return False
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        act = self._verbs.get(line[:4].upper())
        if act is None or line[4:5] not in (b"", b" "):
            self._say("502 5.5.1 Command not implemented")
        else:
            act(line)
        return True

    def _on_ehlo(self, line: bytes) -> None:
        self._helo = line[5:].decode("utf-8", "replace")
        offers = ("PIPELINING", f"SIZE {LARGEST}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
        lines = [f"250-{HOST}", *(f"250-{offer}" for offer in offers[:-1]), f"250 {offers[-1]}"]
        self._treated(Stage.HELO, lambda: self._say("\r\n".join(lines)))
        self._reset()

    def _on_helo(self, line: bytes) -> None:
        self._helo = line[5:].decode("utf-8", "replace")
        self._treated(Stage.HELO, lambda: self._say(f"250 {HOST}"))
        self._reset()

    def _on_mail(self, line: bytes) -> None:
        path = commands.mail(line)
        if not self._helo:
            self._say("503 5.5.1 Say EHLO first")
        elif self._sender is not None:
            self._say("503 5.5.1 There is a sender already")
        elif path is None:
            self._say("501 5.5.4 Syntax: MAIL FROM:<address>")
        elif path.announced_size > LARGEST:
            self._say("552 5.3.4 Message size exceeds fixed maximum message size")
        elif not path.address.isascii() and "SMTPUTF8" not in path.parameters:
            self._say("553 5.6.7 The address needs SMTPUTF8")
        else:
            self._utf8 = "SMTPUTF8" in path.parameters
            self._treated(Stage.MAIL, lambda: self._take_sender(path.address))

    def _on_rcpt(self, line: bytes) -> None:
        path = commands.rcpt(line)
        if self._sender is None:
            self._say("503 5.5.1 There is no sender yet")
        elif path is None:
            self._say("501 5.5.4 Syntax: RCPT TO:<address>")
        elif "@" not in path.address.strip("@"):
            self._say("501 5.1.3 Bad recipient address syntax")
        elif not path.address.isascii() and not self._utf8:
            self._say("553 5.6.7 The address needs SMTPUTF8")
        elif len(self._recipients) >= RECIPIENTS_AT_MOST:
            self._say("452 4.5.3 Too many recipients")
        else:
            self._treated(Stage.RCPT, lambda: self._take_recipient(path.address), path.address)

    def _on_data(self, _line: bytes) -> None:
        if self._sender is None:
            self._say("503 5.5.1 There is no sender yet")
        elif not self._recipients:
            self._say("554 5.5.1 No valid recipients")
        else:
            self._treated(Stage.DATA, self._begin_letter, self._recipients[0])

    def _on_rset(self, _line: bytes) -> None:
        self._reset()
        self._say("250 2.0.0 Ok")

    def _on_quit(self, _line: bytes) -> None:
        self._end(f"221 2.0.0 {HOST} closing connection")

    def _take_sender(self, address: str) -> None:
        self._sender = address
        self._say("250 2.1.0 Ok")

    def _take_recipient(self, address: str) -> None:
        self._recipients.append(address)
        self._say("250 2.1.5 Ok")

    def _begin_letter(self) -> None:
        self._say("354 End data with <CR><LF>.<CR><LF>")
        self._reading, self._searched = True, 0
        # The line end of DATA itself begins the end mark of an empty letter.
        self._buffer[:0] = b"\r\n"

    def _read_letter(self) -> bool:
        """Look for the end of the letter; only CRLF counts, so that nothing can be smuggled in behind a bare LF."""
        end = self._buffer.find(END, self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - len(END) + 1)
            self._forget_what_is_too_much()
            return False
        source = bytes(self._buffer[2 : end + 2])
        del self._buffer[: end + len(END)]
        self._reading = False
        if self._oversized or len(source) > LARGEST:
            self._say("552 5.3.4 Message size exceeds fixed maximum message size")
            self._reset()
        else:
            self._treated(Stage.DOT, lambda: self._accept(source), self._recipients[0], after=self._reset)
        return True

    def _forget_what_is_too_much(self) -> None:
        if len(self._buffer) > LARGEST + LONGEST_LINE:
            self._oversized = True
            del self._buffer[: len(self._buffer) - len(END)]
            self._searched = 0

    def _accept(self, source: bytes) -> None:
        if b"\r\n.." in source or source.startswith(b".."):
            source = (b"\r\n" + source).replace(b"\r\n..", b"\r\n.")[2:]
        sender, recipients = self._sender or "", tuple(self._recipients)
        number = self._store.keep(sender, recipients, source, helo=self._helo, peer=self._peer)
        for recipient in recipients:
            self._returns(sender, recipient, source)
        self._treated(Stage.AFTER_DOT, lambda: self._say(f"250 2.0.0 Ok: queued as {number}"), recipients[0])

    def _treated(
        self, stage: Stage, go_on: Callable[[], None], recipient: str = "", after: Callable[[], None] = lambda: None
    ) -> None:
        """Go on as the behaviour says: at once, later, with other words, or not at all."""
        treatment = self._behaviour.treat(stage, recipient)

        def act() -> None:
            if treatment.drop:
                self._closing = True
            elif treatment.words is not None:
                self._refuse(treatment, recipient, closing=stage is Stage.CONNECT)
            else:
                go_on()
            after()

        if treatment.seconds:
            self._wait(treatment.seconds, act)
        else:
            act()

    def _wait(self, seconds: float, act: Callable[[], None]) -> None:
        """Read on only after that time; what was done before is answered now."""

        def resume() -> None:
            self._waiting = None
            self._transport.resume_reading()
            act()
            self._work()

        self._transport.pause_reading()
        self._waiting = asyncio.get_running_loop().call_later(seconds, resume)

    def _refuse(self, treatment: Treatment, recipient: str, *, closing: bool) -> None:
        domain = recipient.rpartition("@")[2]
        words = spoken(treatment.words or "", recipient=recipient, domain=domain, peer=self._peer, host=HOST)
        self._say(words)
        # 421 says that the server closes the channel (RFC 5321, section 3.8).
        self._closing = self._closing or closing or words.startswith("421")

    def _end(self, words: str) -> None:
        self._say(words)
        self._closing = True

    def _say(self, words: str) -> None:
        self._replies.append(words.encode() + b"\r\n")

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []
        self._utf8 = self._oversized = False
