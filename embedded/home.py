"""Where the embedded servers live, and under which account they run."""

import hashlib
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import EmbeddedProblem

FOR_ROOT = Path("/var/lib/sendbote")
ACCOUNTS = ("sendbote", "postgres", "nobody")
LONGEST_SOCKET_PATH = 100
"""Bytes; the systems' limits are 104 and 108."""


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's place. As root, `path` stays root's and only the directories below it are the account's."""

    path: Path
    account: pwd.struct_passwd | None
    """Under whom the servers run; None: under ourselves."""
    sockets: Path

    @property
    def cluster(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def logs(self) -> Path:
        return self.path / "logs"


def open_home(data: Path) -> Home:
    """Make the directories that are missing, for their owner only.

    PostgreSQL refuses to run as root. So root's servers run under an unprivileged account, and since that account
    may be unable to read the data directory (a home of mode 0700), they live under /var/lib/sendbote.
    """
    as_root = os.geteuid() == 0
    path = home_of(data)
    if not as_root and (FOR_ROOT / _hash(data) / "postgres").exists() and not (path / "postgres").exists():
        raise EmbeddedProblem("embedded.belongs_to_root", data=data)
    path.mkdir(parents=True, exist_ok=True, mode=0o711 if as_root else 0o700)
    account = _account(path / "postgres") if as_root else None
    home = Home(path, account, _sockets(path))
    for directory in (home.cluster, home.valkey, home.logs, home.sockets):
        _make_private(directory, account)
    return home


def home_of(data: Path) -> Path:
    return FOR_ROOT / _hash(data) if os.geteuid() == 0 else data / "embedded"


def forget(data: Path) -> None:
    """Delete the stopped servers of that data directory with all they hold."""
    sockets = _sockets(home_of(data))
    for directory in (home_of(data), sockets):
        shutil.rmtree(directory, ignore_errors=True)


def _hash(data: Path) -> str:
    return hashlib.sha256(os.fsencode(data)).hexdigest()[:16]


def _account(cluster: Path) -> pwd.struct_passwd:
    """Whoever owns the data already, else the first unprivileged account that this machine has."""
    if cluster.exists() and cluster.stat().st_uid != 0:
        return pwd.getpwuid(cluster.stat().st_uid)
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedProblem("embedded.no_account", accounts=", ".join(ACCOUNTS))


def _sockets(path: Path) -> Path:
    usual = path / "sockets"
    if len(os.fsencode(usual / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return usual
    return Path(tempfile.gettempdir()) / f"sendbote-{os.geteuid()}-{_hash(path)}"


def _make_private(directory: Path, account: pwd.struct_passwd | None) -> None:
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if account is not None and found.st_uid == 0:
        os.chown(directory, account.pw_uid, account.pw_gid, follow_symlinks=False)
    elif found.st_uid != (os.geteuid() if account is None else account.pw_uid) or directory.is_symlink():
        raise EmbeddedProblem("embedded.foreign_directory", path=directory)
    if found.st_mode & 0o077:
        directory.chmod(0o700)
