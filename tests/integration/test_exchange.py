"""A statement whose answer comes by a callback, and a server that goes away meanwhile."""

import asyncio

from sqlalchemy import Engine, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import ARRAY, Integer

from core.errors import Problem, Unavailable
from core.exchange import Exchange
from core.hot import Statement, hot_connection

ECHO = Statement(select(bindparam("numbers", type_=ARRAY(Integer))))


class Heard:
    """What an exchange said."""

    def __init__(self) -> None:
        self.answers: list[bytes | None] = []
        self.problems: list[Problem] = []
        self.came = asyncio.Event()

    def answered(self, value: bytes | None) -> None:
        self.answers.append(value)
        self.came.set()

    def failed(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.came.set()


async def test_each_answer_comes_to_its_statement(async_engine: AsyncEngine) -> None:
    heard = Heard()
    exchange = Exchange(ECHO, heard.answered, heard.failed)
    async with hot_connection(async_engine) as connection, exchange.over(connection):
        for number in range(3):
            heard.came.clear()
            exchange.send(numbers=f"{{{number}}}")
            await asyncio.wait_for(heard.came.wait(), 20)
    assert (heard.answers, heard.problems) == ([b"{0}", b"{1}", b"{2}"], [])


async def test_what_cannot_be_read_is_a_problem_and_not_an_answer(async_engine: AsyncEngine) -> None:
    heard = Heard()
    exchange = Exchange(ECHO, heard.answered, heard.failed)
    async with hot_connection(async_engine) as connection, exchange.over(connection):
        exchange.send(numbers="{no number}")
        await asyncio.wait_for(heard.came.wait(), 20)
    assert heard.answers == []
    assert [problem.code for problem in heard.problems] == ["database.fault"]


async def test_a_server_that_goes_away_between_two_statements_is_noticed(
    engine: Engine, async_engine: AsyncEngine
) -> None:
    heard = Heard()
    exchange = Exchange(ECHO, heard.answered, heard.failed)
    async with hot_connection(async_engine) as connection, exchange.over(connection):
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": connection.raw.info.backend_pid})
        await asyncio.wait_for(heard.came.wait(), 20)
    assert [type(problem) for problem in heard.problems] == [Unavailable]


async def test_an_answer_of_which_the_loop_says_nothing_is_found(async_engine: AsyncEngine) -> None:
    heard = Heard()
    exchange = Exchange(ECHO, heard.answered, heard.failed)
    async with hot_connection(async_engine) as connection, exchange.over(connection):
        asyncio.get_running_loop().remove_reader(connection.raw.fileno())
        exchange.send(numbers="{1}")
        await asyncio.wait_for(heard.came.wait(), 20)
    assert heard.answers == [b"{1}"]
