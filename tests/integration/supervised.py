"""A `sendbote up` over processes of the test's own: `python -m tests.integration.supervised name=program …`."""

import sys

import config
from cli.processes import Process
from cli.start import supervise

HELD = "from cli.leash import hold_to_supervisor; hold_to_supervisor(); import os, signal, sys, time\n"
PROGRAMS = {
    "steady": "print('pid', os.getpid(), flush=True); time.sleep(600)",
    "deaf": "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('pid', os.getpid(), flush=True); time.sleep(600)",
    "mortal": "print('pid', os.getpid(), flush=True); time.sleep(0.1); sys.exit(7)",
    "parent": "import subprocess; p = subprocess.Popen(['sleep', '600']); print('pid', p.pid, flush=True); p.wait()",
    "asking": "import psycopg, redis; e = os.environ\n"
    "print('database', psycopg.connect(e['SENDBOTE_DATABASE_URL']).execute('SELECT 40 + 2').fetchone()[0])\n"
    "print('redis', redis.Redis.from_url(e['SENDBOTE_REDIS_URL']).ping())\n"
    "print('mail', e['SENDBOTE_SMTP_URL'], 'public', e['SENDBOTE_PUBLIC_URL'], flush=True); time.sleep(600)",
}

if __name__ == "__main__":
    table = [Process(name, (sys.executable, "-c", HELD + PROGRAMS[name]), 75) for name in sys.argv[1:]]
    supervise(config.load(), table, make_login=lambda _opened: None)
