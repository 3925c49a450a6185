"""A Dovecot of the test's own: Debian's IMAP server with one account, apart from the system's."""

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

from tests.integration.certificates import Authority

CONFIGURATION = """
protocols = imap
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
auth_mechanisms = plain login
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{home}/mail
mail_uid = {account}
mail_gid = nogroup
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
listen = 127.0.0.1
namespace inbox {{
  inbox = yes
  prefix = INBOX.
  separator = .
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {secure}
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={account} gid=nogroup home={home}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    plain: int
    secure: int
    home: Path
    ca: Path

    @property
    def url(self) -> str:
        """By STARTTLS."""
        return f"imap://returns%40shop.example:secret@127.0.0.1:{self.plain}/INBOX?ca={self.ca}"

    @property
    def secure_url(self) -> str:
        return f"imaps://returns%40shop.example:secret@127.0.0.1:{self.secure}/INBOX?ca={self.ca}"

    def put(self, raw: bytes) -> None:
        """Deliver into the INBOX, as a mail server does: written beside, then moved."""
        name = f"{time.time_ns()}.test"
        beside = self.home / "mail" / "tmp" / name
        beside.write_bytes(raw)
        shutil.chown(beside, "nobody")
        beside.rename(self.home / "mail" / "new" / name)


@contextlib.contextmanager
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    """Skips the test where Dovecot is missing or we may not start it."""
    command = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if command is None:
        pytest.skip("Dovecot is not installed (Debian: apt-get install dovecot-imapd)")
    if os.geteuid() != 0:
        pytest.skip("Dovecot can be started by root alone")
    home = Path(tempfile.mkdtemp(prefix="sendbote-dovecot-", dir="/var/tmp"))
    try:
        found = _configure(home, authority)
        server = subprocess.Popen([command, "-F", "-c", str(home / "dovecot.conf")], stderr=subprocess.DEVNULL)
        try:
            _await(found)
            yield found
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _configure(home: Path, authority: Authority) -> Dovecot:
    home.chmod(0o755)
    for name in ("mail", "mail/tmp", "mail/new", "mail/cur"):
        (home / name).mkdir()
        shutil.chown(home / name, "nobody", "nogroup")
    certificate, key = authority.server("127.0.0.1")
    shutil.copy(certificate, home / "cert.pem")
    shutil.copy(key, home / "key.pem")
    plain, secure = _free_port(), _free_port()
    filled = CONFIGURATION.format(home=home, account="nobody", plain=plain, secure=secure)
    (home / "dovecot.conf").write_text(filled)
    return Dovecot(plain, secure, home, authority.ca)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _await(found: Dovecot) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", found.plain), timeout=1):
            return
        time.sleep(0.05)
    log = found.home / "log"
    pytest.fail(log.read_text() if log.exists() else "Dovecot did not start")
