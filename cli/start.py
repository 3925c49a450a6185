"""Starting everything that an installation on one machine needs, under one supervisor."""

import asyncio
import signal
from collections.abc import Callable
from functools import partial
from types import FrameType

from rich.console import Console

import config
import embedded
from cli.addresses import Addresses, choose, erase, hold_metrics, write
from cli.alone import alone
from cli.board import board, moved
from cli.context import Opened, opened
from cli.environment import environment
from cli.first_login import FirstLogin, first_login
from cli.keeping.traces import Traces
from cli.logs import Logs
from cli.ports import answers
from cli.processes import Process
from cli.reach import Say, wait_for_database, wait_for_redis
from cli.supervisor import OUR_COLOUR, Supervisor
from metrics.gathering import serve as serve_metrics
from texts import _, language
from texts.problems import sentence

MakeLogin = Callable[[Opened], FirstLogin | None]

READY_SECONDS = 30
PULSE_SECONDS = 3


def supervise(settings: config.Settings, table: list[Process], make_login: MakeLogin = first_login) -> None:
    """Start the servers, migrate, and run the processes of the table; returns after Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, _interrupt)
    logs = Logs(["sendbote", *(process.name for process in table)])
    say: Say = partial(logs.line, "sendbote", OUR_COLOUR)
    with alone(settings.data):
        say(_("Starting …"))
        if settings.database_url:
            wait_for_database(settings.database_url, say)
        if settings.redis_url:
            wait_for_redis(settings.redis_url, say)
        with opened(settings=settings, redis=True, waiting=partial(_still, say)) as installation:
            _run(installation, table, logs, say, make_login)


def _run(installation: Opened, table: list[Process], logs: Logs, say: Say, make_login: MakeLogin) -> None:
    settings = installation.settings
    held = hold_metrics(settings)
    where, moves = choose(settings, held.getsockname()[1])
    for move in moves:
        say(moved(move))
    login = make_login(installation) if "panel" in settings.run else None
    installation.engine.dispose()
    assert installation.redis_url
    given = environment(settings, where, installation.database_url, installation.redis_url, language())
    write(where, settings.data)
    figures = serve_metrics(settings.data, held)
    try:
        Supervisor(table, given, logs, Traces(settings.data)).run(
            partial(_announce, where, login, say, settings.run), partial(_keep_servers, settings, say)
        )
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        figures.shutdown()
        figures.server_close()
        erase(settings.data)


async def _announce(where: Addresses, login: FirstLogin | None, say: Say, run: frozenset[str]) -> None:
    """Show the addresses as soon as they all answer, or after a while those that do not."""
    show = partial(board, where, login, Console())
    try:
        silent = await _silent_ports(where, run)
    except asyncio.CancelledError:
        if login:
            show()
        raise
    show()
    for port in silent:
        say(_("Nothing answers on port %(port)s yet; see the lines above.", port=port))


async def _silent_ports(where: Addresses, run: frozenset[str]) -> list[int]:
    """Wait until every page answers; those that do not after half a minute."""
    pages = {"panel": where.panel_port, "web": where.public_port}
    if where.sandbox:
        pages["sandbox"] = where.sandbox_port
    silent = [port for name, port in pages.items() if name in run]
    clock = asyncio.get_running_loop().time
    deadline = clock() + READY_SECONDS
    while silent and clock() < deadline:
        await asyncio.sleep(0.1)
        silent = [port for port in silent if not answers(port)]
    return silent


async def _keep_servers(settings: config.Settings, say: Say) -> None:
    """Start an embedded server again that was killed or ran out of memory."""
    database, redis = settings.database_url is None, settings.redis_url is None
    while database or redis:
        await asyncio.sleep(PULSE_SECONDS)
        try:
            revived = await asyncio.to_thread(embedded.revive, settings.data, database=database, redis=redis)
        except embedded.EmbeddedProblem as problem:
            say("\a" + sentence(problem.code, problem.params))
        else:
            for server in revived:
                say("\a" + _("%(server)s had ended and was started again.", server=server))


def _still(say: Say, server: str, seconds: float) -> None:
    say(_("%(server)s is still busy with its data (%(seconds)s s) …", server=server, seconds=round(seconds)))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """A SIGTERM before the supervisor has its own handlers stops the start as a Ctrl-C would."""
    raise KeyboardInterrupt
