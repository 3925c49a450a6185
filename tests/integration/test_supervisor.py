"""`sendbote up` keeps its processes running, and leaves none behind however it ends."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.addresses import read


class Up:
    """A supervisor in a process of its own, and what it has printed so far."""

    def __init__(self, environment: dict[str, str], *programs: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.supervised", *programs],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def find(self, pattern: str, times: int = 1) -> list[Any]:
        """Wait until the pattern has been printed so often; its group, or a tuple of its groups, each time."""
        deadline = time.monotonic() + 30
        while len(found := re.findall(pattern, self.said)) < times:
            assert time.monotonic() < deadline, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.02)
        return found

    def end(self, *signals: signal.Signals) -> int:
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.3)
        code = self.process.wait(40)
        self._reader.join(10)
        return code

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self.said += line


@pytest.fixture
def environment(database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """Servers of the test run stand in for embedded ones: these are tried in their own tests."""
    return {
        "SENDBOTE_DATA": str(tmp_path),
        "SENDBOTE_DATABASE_URL": database_url,
        "SENDBOTE_REDIS_URL": redis_url,
        "SENDBOTE_PANEL_PORT": "0",
        "SENDBOTE_PUBLIC_PORT": "0",
        "SENDBOTE_SANDBOX_PORT": "0",
        "SENDBOTE_SANDBOX_SMTP_PORT": "0",
    }


@pytest.fixture
def started(environment: dict[str, str], sessions: object) -> Iterator[list[Up]]:
    ups: list[Up] = []
    yield ups
    for up in ups:
        if up.process.poll() is None:
            up.process.kill()
            up.end()


def test_every_process_is_told_where_everything_is(environment: dict[str, str], started: list[Up]) -> None:
    up = Up(environment, "asking")
    started.append(up)
    assert up.find(r"asking +│ database (\d+)") == ["42"]
    assert up.find(r"redis (\w+)") == ["True"]
    addresses = read(Path(environment["SENDBOTE_DATA"]))
    assert addresses
    assert up.find(r"mail (\S+) public (\S+)") == [(addresses.smtp, addresses.public)]
    assert up.end(signal.SIGINT) == 0
    assert read(Path(environment["SENDBOTE_DATA"])) is None


def test_a_process_that_dies_is_started_again_and_the_log_says_why(
    environment: dict[str, str], started: list[Up]
) -> None:
    up = Up(environment, "mortal")
    started.append(up)
    up.find(r"mortal ended \(exit code 7\)")
    assert len(set(up.find(r"mortal +│ pid (\d+)", times=2))) == 2
    assert up.end(signal.SIGTERM) == 0


def test_ctrl_c_leaves_nothing_behind(environment: dict[str, str], started: list[Up]) -> None:
    up = Up(environment, "steady", "parent")
    started.append(up)
    running = [int(pid) for pid in up.find(r"pid (\d+)", times=2)]
    assert up.end(signal.SIGINT) == 0
    assert not [pid for pid in running if _alive(pid)]


def test_a_second_ctrl_c_ends_what_does_not_listen(environment: dict[str, str], started: list[Up]) -> None:
    up = Up(environment, "deaf")
    started.append(up)
    (pid,) = up.find(r"pid (\d+)")
    since = time.monotonic()
    assert up.end(signal.SIGINT, signal.SIGINT) == 0
    assert time.monotonic() - since < 10
    assert not _alive(int(pid))
    assert "deaf did not end by itself" in up.said


def test_no_process_outlives_a_killed_supervisor(environment: dict[str, str], started: list[Up]) -> None:
    up = Up(environment, "steady")
    started.append(up)
    (pid,) = up.find(r"pid (\d+)")
    up.end(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _alive(int(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_second_start_says_where_the_first_one_is(environment: dict[str, str], started: list[Up]) -> None:
    up = Up(environment, "steady")
    started.append(up)
    up.find(r"pid (\d+)")
    addresses = read(Path(environment["SENDBOTE_DATA"]))
    second = subprocess.run(
        [sys.executable, "-m", "cli.main", "up"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert addresses
    assert second.stderr.startswith(f"Sendbote runs already: {addresses.panel}")


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
