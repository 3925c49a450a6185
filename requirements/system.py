"""Installs from Debian what only some tests need, where this is allowed; says plainly what is skipped where not."""

import os
import shutil
import subprocess
from pathlib import Path

NEEDED = {
    "chromium": ("tests in a real browser", ("chromium", "chromium-browser", "google-chrome")),
    "postfix": ("tests against Postfix's own mail programs", ("smtp-sink",)),
    "dovecot-imapd": ("tests against a real mailbox over IMAP", ("dovecot",)),
    "nginx-light": ("tests behind a real reverse proxy", ("nginx",)),
    "swaks": ("tests against the SMTP client swaks", ("swaks",)),
}
"""Package to what it is for, and the programs any of which will do."""

NO_CONFIGURATION = "postfix postfix/main_mailer_type select No configuration\n"
"""Postfix's programs alone: no mail server is set up or started."""


def main() -> None:
    missing = {package: why for package, (why, programs) in NEEDED.items() if not _found(programs)}
    if missing and _may_install():
        _install(list(missing))
        missing = {package: why for package, why in missing.items() if not _found(NEEDED[package][1])}
    for package, why in missing.items():
        print(f"Skipped: {why}. They need `{package}`: apt-get install {package}", flush=True)


def _found(programs: tuple[str, ...]) -> bool:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    return any(shutil.which(program, path=path) for program in programs)


def _may_install() -> bool:
    """On Ubuntu `chromium` is only a pointer to a snap, which containers cannot run; there nothing is installed."""
    release = Path("/etc/os-release")
    debian = release.exists() and "\nID=debian" in f"\n{release.read_text(encoding='utf-8')}"
    return os.geteuid() == 0 and debian and shutil.which("apt-get") is not None


def _install(packages: list[str]) -> None:
    print(f"Installing {', '.join(packages)} for the tests …", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command, given in (
        (["debconf-set-selections"], NO_CONFIGURATION),
        (["apt-get", "-qq", "update"], ""),
        (["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages, "fonts-dejavu-core"], ""),
    ):
        done = subprocess.run(command, input=given, env=os.environ | quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"`{' '.join(command)}` failed: {done.stderr.strip()[-400:]}", flush=True)


if __name__ == "__main__":
    main()
