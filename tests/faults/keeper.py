"""Processes that are started again when they die, as `sendbote up` and every service manager do."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

AGAIN_SECONDS = 0.2


class Keeper:
    """Keeps each named process running until `stop`; its output goes to a file."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment, self._log = dict(environment), log.open("ab")
        self._commands: dict[str, list[str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def keep(self, name: str, *command: str) -> None:
        with self._lock:
            self._commands[name] = [sys.executable, "-m", *command]
            self._start(name)

    @property
    def names(self) -> set[str]:
        return set(self._running)

    def process(self, name: str) -> psutil.Process:
        return psutil.Process(self._running[name].pid)

    def children(self, name: str) -> list[psutil.Process]:
        """A worker's horse, for example."""
        try:
            return self.process(name).children()
        except psutil.Error:
            return []

    def signal(self, name: str, number: signal.Signals) -> None:
        self._running[name].send_signal(number)

    def kill(self, *names: str) -> None:
        """`kill -9` for all of them at once, without their children: those are told by the kernel."""
        with self._lock:
            for name in names or tuple(self._running):
                self._running[name].kill()

    def drop(self, name: str) -> None:
        """End it in order, and for good."""
        with self._lock:
            process = self._running.pop(name)
        process.terminate()
        process.wait(60)

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()
        for process in self._running.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()

    def _start(self, name: str) -> None:
        self._running[name] = subprocess.Popen(
            self._commands[name], env={**os.environ, **self.environment}, stdout=self._log, stderr=self._log
        )

    def _watch(self) -> None:
        while not self._ended.wait(AGAIN_SECONDS):
            with self._lock:
                for name, process in list(self._running.items()):
                    if process.poll() is not None:
                        self._start(name)


def until(what: Callable[[], bool], seconds: float = 60.0, *, every: float = 0.02) -> bool:
    """Wait until `what()` is true; whether it came to that."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
