"""`python -m tests.faults.scaled worker`: a process of the product whose waits are a tenth as long.

Leases, the patience with a mail server and the pause after a fault of the channel: nothing else differs, so that ten
minutes are one.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

CLOCK = "FAULTS_CLOCK"
"""Names the file with the seconds by which the business clock is off."""
SHARE = 0.05
"""Of the patience with a mail server."""


def now() -> datetime:
    """The business clock, which may jump; leases are on PostgreSQL's own."""
    return datetime.now(UTC) + timedelta(seconds=float(Path(os.environ[CLOCK]).read_text() or 0))


def scale() -> None:
    from workers import installation

    installation.now = now
    from core.queries import claims

    claims.LEASE_SECONDS = 6
    from core.services import dispatcher

    dispatcher.RENEW_SECONDS = 1.5  # type: ignore[assignment]
    from channels.email.provider import EmailProvider
    from channels.email.smtp.patience import PATIENCE
    from workers import drains

    usual = EmailProvider.__init__.__kwdefaults__
    assert usual
    usual["patience"] = PATIENCE.scaled(SHARE)
    drains.LEASE_SECONDS = 9
    drains.FAULT_SECONDS = 1


if __name__ == "__main__":
    scale()
    from cli.main import run

    sys.argv = ["sendbote", *sys.argv[1:]]
    run()
