"""A worker of its own that sends whatever waits, and what it and the servers used for it.

`python -m bench.worker [channel]` is that worker; it tells its figures as JSON. Its clock runs while it sends: what a
process needs to start is the same for one message and for a million.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from bench.cpu import sampled
from bench.smtp import Sink
from core.vocabulary import CHANNEL_EMAIL

CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """Microseconds are of CPU, a message."""

    messages: int
    a_second: float
    worker_us: float
    postgres_us: float
    sink_us: float
    parts_us: Mapping[str, float]
    megabytes: float
    """The most that one worker held."""


def send(environment: Mapping[str, str], sink: Sink, workers: int = 1) -> Sent:
    """Let workers side by side send until nothing is left."""
    told_them = {
        "SENDBOTE_SMTP_URL": f"smtp://127.0.0.1:{sink.port}?tls=none",
        "SENDBOTE_SMTP_CONNECTIONS": str(CONNECTIONS),
        "SENDBOTE_WORKERS": str(workers),
    }
    served, sank = server_cpu(environment), sink.cpu()
    command = [sys.executable, "-m", "bench.worker"]
    given = {**os.environ, **environment, **told_them}
    running = [subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True) for _ in range(workers)]  # noqa: S603
    told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in running]
    messages = sum(one["sent"] for one in told)
    began, ended = min(one["began"] for one in told), max(one["ended"] for one in told)
    used = sum(one["cpu_seconds"] for one in told) / messages * 1e6
    samples = sum(sum(one["parts"].values()) for one in told)
    return Sent(
        messages=messages,
        a_second=messages / (ended - began),
        worker_us=used,
        postgres_us=(server_cpu(environment) - served) / messages * 1e6,
        sink_us=(sink.cpu() - sank) / messages * 1e6,
        parts_us={
            part: sum(one["parts"].get(part, 0) for one in told) / samples * used
            for part in ("claim", "render", "smtp", "record", "loop")
        },
        megabytes=max(one["megabytes"] for one in told),
    )


def server_cpu(environment: Mapping[str, str]) -> float:
    """Seconds that PostgreSQL and its children have used so far, those that ended included."""
    with psycopg.connect(environment["SENDBOTE_DATABASE_URL"]) as connection:
        server = psutil.Process(connection.info.backend_pid).parent()
        assert server
        used = 0.0
        for process in (server, *server.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                used += times.user + times.system + times.children_user + times.children_system
        return used


def peak_megabytes() -> float:
    """The most that this process held: `ru_maxrss` begins with what the process held that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(channel: str = CHANNEL_EMAIL) -> None:
    from workers.drains import drain_channel
    from workers.installation import opened

    with opened() as installation, sampled() as parts:
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.time()
        drained = drain_channel(installation, channel, seconds=3600)
        ended, used = time.time(), resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "sent": drained.sent if drained else 0,
        "began": began,
        "ended": ended,
        "cpu_seconds": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "megabytes": peak_megabytes(),
        "parts": dict(parts),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])
