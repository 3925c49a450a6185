"""The whole slice without a person: every process, real protocols, and figures that agree with the outside."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow


def demo(*options: str, command: str = "demo") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": tempfile.gettempdir()},
    )


def left_over() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("sendbote-demo-*"))


@pytest.fixture(autouse=True)
def own_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_the_demonstration_counts_what_happened() -> None:
    running = demo("--once", "--recipients", "400", "--json")
    said, complained = running.communicate(timeout=240)
    assert running.returncode == 0, complained
    told = json.loads(said)
    assert told["agrees"] is True
    counted = {name: figure["counted"] for name, figure in told["figures"].items()}
    assert (counted["recipients"], counted["sent"], counted["failed"], counted["skipped"]) == (400, 392, 4, 4)
    assert counted["read"] > counted["clickers"] > 0
    assert counted["unsubscribed"] > 0
    assert left_over() == []


def test_by_telegram_a_third_never_wrote_and_the_sandbox_counts_the_same() -> None:
    running = demo("--telegram", "--once", "--recipients", "30", "--json")
    said, complained = running.communicate(timeout=240)
    assert running.returncode == 0, complained
    told = json.loads(said)
    counted = {name: figure["counted"] for name, figure in told["figures"].items()}
    assert (told["agrees"], counted["reachable"], counted["never_wrote"], counted["sent"]) == (True, 20, 10, 20)
    assert left_over() == []


def test_a_demonstration_that_is_stopped_leaves_nothing_behind() -> None:
    running = demo("--once", "--recipients", "100000", "--json")
    family: list[psutil.Process] = []
    while running.poll() is None and len(family) < 8:
        family = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode == 130
    psutil.wait_procs(family, timeout=10)
    assert [process for process in family if process.is_running()] == []
    assert left_over() == []


def test_a_campaign_out_of_money_at_40_percent_finishes_by_itself_after_the_top_up() -> None:
    running = demo("--recipients", "20", "--json", command="demo-balance")
    said, complained = running.communicate(timeout=400)
    assert running.returncode == 0, complained
    told = json.loads(said)
    empty, over = told["moments"]
    assert empty["waits_for"] == ["balance_too_low"]
    assert (sum(empty["states"].values()), empty["states"]["pending"]) == (20, 12)
    assert (sum(over["states"].values()), over["waits_for"]) == (20, [])
    assert told["arrived"] == {"messages": 20, "recipients": 20}
    assert "1.50 USD" in told["refused"]
    assert left_over() == []
