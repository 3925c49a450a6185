"""One statement, asked and answered again and again without a pass of the event loop in between."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from core.errors import Problem
from core.hot import HotConnection, Statement, reduced_errors

LOOK_SECONDS = 1.0


class Exchange:
    """One statement, run again and again over a connection that nobody else uses; its answer comes by a callback.

    Awaiting an answer costs two or three passes of the event loop, and under load a pass takes a millisecond: here
    the statement leaves while `send` is called, and `answered` is called while the answer is read.
    """

    _names = itertools.count(1)

    def __init__(
        self, statement: Statement, answered: Callable[[bytes | None], None], failed: Callable[[Problem], None]
    ) -> None:
        """`answered` gets the one value of the one row that the statement returns."""
        self._text, self._parameters = statement.numbered()
        self._answered, self._failed = answered, failed
        self._name = f"exchange_{next(self._names)}"
        self._result: PGresult | None = None
        self._asked = False
        self._socket: int | None = None

    @asynccontextmanager
    async def over(self, connection: HotConnection) -> AsyncIterator[None]:
        """Listen at that connection for the whole block."""
        with reduced_errors():
            await connection.raw.execute(f"PREPARE {self._name} AS {self._text}".encode())
        self._server, self._socket = connection.raw.pgconn, connection.raw.fileno()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._readable)
        self._look_again()
        try:
            yield
        finally:
            self._close()

    def _look_again(self) -> None:
        """uvloop says nothing of a socket that has an error: a server killed before it read our question leaves one."""
        if self._socket is not None:
            self._loop.call_later(LOOK_SECONDS, self._look_again)
            self._readable()

    def send(self, **values: str) -> None:
        """Run it with these values, each as PostgreSQL writes it; raise Unavailable where the server is gone."""
        self._asked = True
        try:
            with reduced_errors():
                given = [values[name].encode() for name in self._parameters]
                self._server.send_query_prepared(self._name.encode(), given)
                self._flush()
        except Problem:
            self._close()
            raise

    def _flush(self) -> None:
        if self._server.flush() and self._socket is not None:
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        if self._socket is not None:
            self._loop.remove_writer(self._socket)
        try:
            with reduced_errors():
                self._flush()
        except Problem as problem:
            self._end(problem)

    def _readable(self) -> None:
        try:
            with reduced_errors():
                self._server.consume_input()
                if not (self._asked and self._is_complete()):
                    return
                self._asked = False
                answer = self._taken()
        except Problem as problem:
            self._end(problem)
        else:
            self._answered(answer)

    def _is_complete(self) -> bool:
        while not self._server.is_busy():
            result = self._server.get_result()
            if result is None:
                return True
            self._result = result
        return False

    def _taken(self) -> bytes | None:
        result, self._result = self._result, None
        if result is None or result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError if result is None else error_from_result(result)
        return result.get_value(0, 0)

    def _end(self, problem: Problem) -> None:
        self._close()
        self._failed(problem)

    def _close(self) -> None:
        """Once: the socket's number may be another's by now."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket = None
