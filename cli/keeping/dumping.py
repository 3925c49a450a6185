"""PostgreSQL's own programs for saving and loading a database: the wheel's or, for newer servers, the system's."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg.pq import Conninfo

import embedded
from core.errors import Unavailable


def dump(url: str, target: Path) -> None:
    """One consistent snapshot, taken while everything goes on; raises Unavailable with the program's words."""
    _run(url, "pg_dump", "--format=custom", "--compress=gzip:1", "--no-owner", "--no-privileges", f"--file={target}")


def load(url: str, source: Path) -> None:
    """Into an empty schema, whole or not at all."""
    with psycopg.connect(_plain(url)) as connection:
        database = connection.info.dbname
    whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run(url, "pg_restore", *whole, f"--dbname={database}", str(source))


def server_version(url: str) -> str:
    with psycopg.connect(_plain(url)) as connection:
        return str(connection.info.server_version // 10000)


def _run(url: str, name: str, *arguments: str) -> None:
    """The login goes along in the environment, since other users of the machine may read command lines."""
    given = {
        option.envvar.decode(): option.val.decode()
        for option in Conninfo.parse(_plain(url).encode())
        if option.envvar and option.val
    }
    said = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, our own arguments
        [_program(name, int(server_version(url))), *arguments],
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", **given},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if said.returncode:
        raise Unavailable("backup.program_failed", what=name, said=_last_words(said.stderr))


def _program(name: str, needed: int) -> Path | str:
    """The wheel's, unless the server is newer than it: then one of the system's that is new enough."""
    ours = embedded.programs(None).postgres / name
    system = shutil.which(name)
    for program in (ours, system):
        if program and _major(program) >= needed:
            return program
    raise Unavailable("backup.no_program", what=name, needed=needed)


def _major(program: Path | str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)(\.|\s|$)", said)
    return int(found[1]) if found else 0


def _plain(url: str) -> str:
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def _last_words(said: str) -> str:
    """The program's complaint, without what PostgreSQL adds of the rows (`DETAIL`, `CONTEXT`)."""
    lines = [line for line in said.splitlines() if line and not re.match(r"\s*(DETAIL|CONTEXT|Command was)", line)]
    return " / ".join(lines[-2:])[:400]
