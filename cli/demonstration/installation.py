"""An installation that lives for a demonstration: everything runs as ever, and nothing of it is kept."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import config
import embedded
from cli.addresses import Addresses, read
from cli.ports import answers
from core.errors import Refused

KEPT = ("SENDBOTE_LANGUAGE", "SENDBOTE_WORKERS", "SENDBOTE_TIMEZONE", "SENDBOTE_COUNTRY")
PORTS = ("SENDBOTE_PANEL_PORT", "SENDBOTE_PUBLIC_PORT", "SENDBOTE_SANDBOX_PORT", "SENDBOTE_SANDBOX_SMTP_PORT")
START_SECONDS = 90
END_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Running:
    settings: config.Settings
    addresses: Addresses
    process: "subprocess.Popen[bytes]"


@contextmanager
def running(*, quiet: bool, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[Running]:
    """Run `sendbote up` over a directory of its own, which is removed at the end; named servers are left alone.

    `quiet` keeps its logs to itself, and takes any ports; `more` are settings. Raises Refused (`demo.not_started`) with
    its last words.
    """
    data = Path(tempfile.mkdtemp(prefix="sendbote-demo-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SENDBOTE_")}
    given = {name: os.environ[name] for name in KEPT if name in os.environ} | {"SENDBOTE_DATA": str(data)} | dict(more)
    if quiet:
        given |= dict.fromkeys(PORTS, "0")
    log = data / "up.log"
    try:
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "up"],
                env=environment | given | {"SENDBOTE_SUPERVISOR": str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=out if quiet else None,
                stderr=subprocess.STDOUT if quiet else None,
                start_new_session=True,
            )
        try:
            yield Running(config.load(given), _started(process, data, log), process)
        finally:
            _end(process)
    finally:
        embedded.forget(data)
        shutil.rmtree(data, ignore_errors=True)


def _started(process: "subprocess.Popen[bytes]", data: Path, log: Path) -> Addresses:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        addresses = read(data)
        if addresses and all(map(answers, (addresses.public_port, addresses.sandbox_port))):
            return addresses
        time.sleep(0.05)
    raise Refused("demo.not_started", problem="\n".join(log.read_text(errors="replace").splitlines()[-15:]))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
