"""The check before launch: what is wrong with a letter, where, and what of it one press can mend."""

from channels.email.checks.faults import Fault, check
from channels.email.checks.mending import mend

__all__ = ["Fault", "check", "mend"]
