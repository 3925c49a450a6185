"""Starting and stopping the embedded Valkey: what RQ needs of Redis, on a socket for its owner only."""

import time
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from embedded.errors import EmbeddedProblem
from embedded.home import Home
from embedded.programs import Programs

START_SECONDS = 60

SETTINGS = {
    "--port": "0",
    "--unixsocketperm": "700",
    "--daemonize": "yes",
    "--save": "",
    "--appendonly": "yes",
    "--appendfsync": "everysec",
    "--maxmemory-policy": "noeviction",
    "--loglevel": "warning",
}


def start_valkey(home: Home, programs: Programs) -> str:
    """Start it unless it runs, wait until it has read its data, and return its address."""
    if not answers(home):
        log = home.logs / "valkey.log"
        places = {"--unixsocket": home.sockets / "valkey.sock", "--dir": home.valkey, "--logfile": log}
        options = [str(part) for pair in {**SETTINGS, **places}.items() for part in pair]
        said = programs.run([programs.valkey, *options], cwd=home.valkey)
        since = time.monotonic()
        while not answers(home):
            if said.returncode or time.monotonic() - since > START_SECONDS:
                raise EmbeddedProblem("embedded.not_started", server="Valkey", log=log, said=said.stdout.strip())
            time.sleep(0.01)
    return valkey_url(home)


def stop_valkey(home: Home) -> None:
    """Everything it was told is on disk when it ends."""
    socket = home.sockets / "valkey.sock"
    try:
        with _client(home) as client:
            client.shutdown(nosave=True)
    except redis.ConnectionError:
        return
    deadline = time.monotonic() + 30
    while socket.exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def valkey_url(home: Home) -> str:
    return f"unix://{quote(str(home.sockets), safe='/')}/valkey.sock"


def answers(home: Home) -> bool:
    try:
        with _client(home) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
        return False


def _client(home: Home) -> redis.Redis:
    """A client that asks once; the usual one tries again for seconds while nobody listens."""
    socket = str(home.sockets / "valkey.sock")
    return redis.Redis(unix_socket_path=socket, socket_timeout=30, retry=Retry(NoBackoff(), 0))
