"""One PostgreSQL cluster's files: made by `initdb`, its settings written anew at each start."""

import os
import pwd
import re
import shutil
from pathlib import Path

from embedded.errors import EmbeddedProblem
from embedded.home import Home
from embedded.programs import Programs

OWNER = "sendbote"

SETTINGS = """\
# Written at each start. Your own settings belong into postgresql.local.conf beside this file.
data_directory = '{cluster}'
hba_file = '{home}/pg_hba.conf'
ident_file = '{home}/pg_ident.conf'
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
wal_compression = on
synchronous_commit = on
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = {parallel}
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.02
log_checkpoints = off
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
timezone = 'UTC'
log_timezone = 'UTC'
{durability}
"""
NOT_DURABLE = "fsync = off\nfull_page_writes = off\n"
ACCESS = "local all all peer map=owner\n"


def prepare_cluster(home: Home, programs: Programs, *, durable: bool) -> None:
    """Make the cluster if there is none, refuse one of another major version, and write its settings.

    Only the operating system's user who owns the installation may connect (peer, by a map), whoever else may
    reach the socket. The settings lie outside the cluster: root never writes into a directory of the account's.
    """
    found = home.cluster / "PG_VERSION"
    if not found.exists():
        _initdb(home, programs, durable=durable)
    _refuse_other_major(home, programs)
    settings = SETTINGS.format(
        cluster=home.cluster,
        home=home.path,
        sockets=home.sockets,
        parallel=min(2, (os.cpu_count() or 1) // 2),
        durability="" if durable else NOT_DURABLE,
    )
    if (home.path / "postgresql.local.conf").exists():
        settings += "include = 'postgresql.local.conf'\n"
    us = pwd.getpwuid(os.geteuid()).pw_name
    for name, text in (
        ("postgresql.conf", settings),
        ("pg_hba.conf", ACCESS),
        ("pg_ident.conf", f'owner "{us}" {OWNER}\n'),
    ):
        path = home.path / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)


def major_version(home: Home) -> str | None:
    version = home.cluster / "PG_VERSION"
    return version.read_text(encoding="ascii").strip() if version.exists() else None


def our_major(programs: Programs) -> str:
    said = programs.run([programs.postgres / "postgres", "--version"], cwd=Path("/")).stdout
    found = re.search(r"\d+", said)
    return found[0] if found else ""


def _initdb(home: Home, programs: Programs, *, durable: bool) -> None:
    """A cluster of UTF-8 with locale rules of PostgreSQL's own, so that no update of the system moves an index.

    It is made elsewhere and moved when it is whole: an interrupted first start leaves nothing half-made.
    """
    for found in home.cluster.iterdir():
        raise EmbeddedProblem("embedded.not_a_cluster", path=home.cluster, found=found.name)
    made = home.logs / "initdb"
    shutil.rmtree(made, ignore_errors=True)
    said = programs.run(
        [programs.postgres / "initdb", "-D", made, "-U", OWNER, "--encoding=UTF8", "--no-locale",
         "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject",
         "--no-instructions", *([] if durable else ["--no-sync", "--no-data-checksums"])],
        cwd=home.logs,
    )  # fmt: skip
    if said.returncode:
        raise EmbeddedProblem("embedded.initdb_failed", path=home.cluster, said=_last_lines(said.stdout))
    made.rename(home.cluster)


def _refuse_other_major(home: Home, programs: Programs) -> None:
    needed, found = our_major(programs), major_version(home)
    if found != needed:
        raise EmbeddedProblem("embedded.other_major", path=home.cluster, found=found, needed=needed)


def _last_lines(text: str) -> str:
    return " / ".join(text.strip().splitlines()[-4:])
