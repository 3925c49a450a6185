"""A process that must not outlive its supervisor, however that ends."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when its parent dies."""


def hold_to_supervisor() -> None:
    """Ask the kernel for SIGTERM at the supervisor's death, and end at once if it is dead already.

    Does nothing in a process that no supervisor started. The variable goes no further: our own children have us.
    """
    supervisor = os.environ.pop("SENDBOTE_SUPERVISOR", "")
    if not supervisor.isdigit():
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(supervisor):
        sys.exit(0)
