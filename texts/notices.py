"""What operators are told without having asked, in plain words."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from texts import N_, _
from texts.problems import sentence
from texts.times import moment

NOTICES = {
    "balance_low": N_(
        "The balance for %(channel)s runs low: %(balance)s. Top up in time; when it is out campaigns wait for it."
    ),
    "addresses_dead": N_(
        "Letters from “%(name)s” came back for good. Addresses that do not exist: %(count)s. They are on the general "
        "blacklist now, and the sender's mailbox has the list."
    ),
    "approval_wanted": N_(
        "“%(name)s” takes a second person (recipients: %(count)s): %(who)s wants to launch it. "
        "Look at it and launch it too, or leave it."
    ),
    "launch_refused": N_(
        "“%(name)s” was to be launched (%(at)s), but was not. %(why)s It is a draft again; nothing was sent."
    ),
    "runs_missed": N_(
        "“%(name)s” did not run as it should have (%(at)s): the system did not run. Runs skipped: %(missed)s. "
        "The series goes on with the next one."
    ),
}


def notice(code: str, params: Mapping[str, Any], timezone: tzinfo) -> str:
    """What happened, with its time on the account's clock; a notice without words names itself."""
    if code not in NOTICES:
        return code
    why = sentence(params["problem"], params.get("params", {})) if "problem" in params else ""
    at = moment(datetime.fromisoformat(params["at"]), timezone) if "at" in params else ""
    return _(NOTICES[code]) % {**params, "why": why, "at": at}
