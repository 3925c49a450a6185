"""The addresses under which this installation is reached, chosen at each start and told to every process."""

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.ports import free_port, held_port, holder
from config import Settings


@dataclass(frozen=True, slots=True)
class Addresses:
    """What is reached where; `sandbox` and `smtp` are None where a real mail server and bot are set."""

    panel_port: int
    public_port: int
    sandbox_port: int
    sandbox_smtp_port: int
    metrics_port: int
    panel: str
    public: str
    sandbox: str | None
    smtp: str | None
    supervisor: int
    """The process that keeps them running."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A port that was taken: by whom, as far as this may be known, and which one serves instead."""

    name: str
    wanted: int
    chosen: int
    holder: str | None


def hold_metrics(settings: Settings) -> socket.socket:
    """The port of the supervisor itself, bound until it serves there."""
    wanted = _wanted(settings)
    return held_port(wanted.pop("metrics"), set(wanted.values()))


def choose(settings: Settings, metrics_port: int | None = None) -> tuple[Addresses, list[Moved]]:
    """Free ports for everything that listens, the wanted ones where possible; that of the metrics may be held already.

    The panel is `localhost` and the public pages are `127.0.0.1`: two origins, though on one machine.
    """
    wanted = _wanted(settings)
    chosen: dict[str, int] = {} if metrics_port is None else {"metrics": metrics_port}
    for name, port in wanted.items():
        if name in chosen:
            continue
        others = {other for other in wanted.values() if other != port}
        chosen[name] = free_port(port, others | set(chosen.values()))
    moved = [
        Moved(name, port, chosen[name], holder(port)) for name, port in wanted.items() if port not in (0, chosen[name])
    ]
    addresses = Addresses(
        panel_port=chosen["panel"],
        public_port=chosen["public"],
        sandbox_port=chosen.get("sandbox", settings.sandbox_port),
        sandbox_smtp_port=chosen.get("sandbox_smtp", settings.sandbox_smtp_port),
        metrics_port=chosen["metrics"],
        panel=settings.panel_url or f"http://localhost:{chosen['panel']}",
        public=settings.public_url or f"http://127.0.0.1:{chosen['public']}",
        sandbox=f"http://127.0.0.1:{chosen['sandbox']}" if settings.sandbox else None,
        smtp=f"smtp://127.0.0.1:{chosen['sandbox_smtp']}" if settings.sandbox else None,
        supervisor=os.getpid(),
    )
    return addresses, moved


def _wanted(settings: Settings) -> dict[str, int]:
    wanted = {"panel": settings.panel_port, "public": settings.public_port, "metrics": settings.metrics_port}
    if settings.sandbox:
        wanted |= {"sandbox": settings.sandbox_port, "sandbox_smtp": settings.sandbox_smtp_port}
    return wanted


def write(addresses: Addresses, data: Path) -> None:
    path = _path(data)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_suffix(".new")
    made.write_text(json.dumps(asdict(addresses), indent=2) + "\n", encoding="utf-8")
    made.replace(path)


def read(data: Path) -> Addresses | None:
    """Where a running `sendbote up` of that data directory is reached; None if there is none."""
    try:
        return Addresses(**json.loads(_path(data).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def erase(data: Path) -> None:
    _path(data).unlink(missing_ok=True)


def _path(data: Path) -> Path:
    return data / "run" / "addresses.json"
