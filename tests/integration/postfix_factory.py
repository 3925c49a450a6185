"""A Postfix of the test's own: Debian's programs with a configuration, queue and port apart from the system's."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.test
mydestination =
mynetworks = 192.0.2.1
smtputf8_enable = yes
message_size_limit = 100000
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = reject_unauth_destination, reject_unlisted_recipient
smtpd_client_connection_count_limit = 0
virtual_mailbox_domains = example.test, shop.test
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = regexp:{home}/users
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
MASTER = """
{port}    inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
smtp      unix - - n - - smtp
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""
USERS = "/^user[0-9]+@example\\.test$/ all/\n/^j.+rgen@example\\.test$/ all/\n/^returns\\+.+@shop\\.test$/ all/\n"


@dataclass(frozen=True)
class Postfix:
    port: int
    home: Path

    def delivered(self, expected: int) -> list[bytes]:
        """The files of the one Maildir, once there are so many; recipients stand in their `Delivered-To`."""
        new = self.home / "mail" / "all" / "new"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and len(list(new.glob("*"))) < expected:
            time.sleep(0.05)
        return [path.read_bytes() for path in new.glob("*")]


@contextlib.contextmanager
def postfix(certificate: Path, key: Path, more: str = "") -> Iterator[Postfix]:
    """With `more` lines of configuration; skips the test where Postfix is missing or we may not start it."""
    command = shutil.which("postfix") or shutil.which("postfix", path="/usr/sbin")
    if command is None:
        pytest.skip("Postfix is not installed (Debian: apt-get install postfix)")
    if os.geteuid() != 0:
        pytest.skip("Postfix can be started by root alone")
    home = Path(tempfile.mkdtemp(prefix="sendbote-postfix-", dir="/var/tmp"))
    try:
        found = _configure(home, certificate, key, more)
        _run([command, "-c", str(home / "etc"), "start"])
        try:
            _await(found)
            yield found
        finally:
            _run([command, "-c", str(home / "etc"), "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _configure(home: Path, certificate: Path, key: Path, more: str) -> Postfix:
    home.chmod(0o755)
    for name in ("etc", "queue", "data", "mail"):
        (home / name).mkdir()
    shutil.chown(home / "data", "postfix")
    shutil.chown(home / "mail", "nobody")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    for source, name in ((certificate, "cert.pem"), (key, "key.pem")):
        shutil.copy(source, home / "etc" / name)
    account = (home / "mail").stat()
    filled = MAIN.format(
        home=home, certificate=home / "etc/cert.pem", key=home / "etc/key.pem", uid=account.st_uid, gid=65534
    )
    (home / "etc/main.cf").write_text(filled + more)
    (home / "etc/master.cf").write_text(MASTER.format(port=f"127.0.0.1:{port}"))
    (home / "users").write_text(USERS)
    return Postfix(port, home)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def _await(found: Postfix) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", found.port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail((found.home / "log").read_text())
