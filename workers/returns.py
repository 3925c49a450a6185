"""The mailbox that letters come back to: read message by message, so that none of them can hold up the others."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from channels.email import arrival
from channels.email.domains.names import Resolver
from channels.email.mailbox import Mailbox
from channels.email.place import parse_place
from channels.email.returns.meaning import understand, unreadable
from core.database import DatabaseFault, reduced_errors
from core.errors import Unavailable
from core.messages import Event
from core.queries import trials
from core.services import mailboxes
from core.vocabulary import EventKind
from workers.installation import Installation, holder, now

AT_ONCE = 25
"""Messages read before those that are handled are moved away, and the place is noted."""
STAYS = (EventKind.REPLIED, EventKind.UNREAD)
"""What people wrote, and what nobody understood, stays where people look."""

log = structlog.get_logger()


def read_returns(installation: Installation, stop: Callable[[], bool]) -> None:
    """Read what is new; a server that cannot be reached is noted for the panel, and tried again later."""
    if installation.settings.returns_url is None:
        return
    place, me = parse_place(installation.settings.returns_url), holder()
    with installation.sessions.begin() as session:
        if not mailboxes.take(session, place.name, me):
            return
    try:
        with Mailbox(place) as mailbox:
            _read(installation, mailbox, place.name, stop)
    except Unavailable as problem:
        log.warning("mailbox_unreadable", code=problem.code)
        mailboxes.failed(installation.sessions, place.name, problem, now())
    finally:
        with installation.sessions.begin() as session:
            mailboxes.give_back(session, place.name, me)


def _read(installation: Installation, mailbox: Mailbox, name: str, stop: Callable[[], bool]) -> None:
    sessions = installation.sessions
    last = mailboxes.begin(sessions, name, mailbox.uid_validity, now())
    waiting = mailbox.after(last)
    while waiting and not stop():
        some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        handled = [uid for uid, raw in mailbox.read(some) if _handled(installation, raw)]
        mailbox.put_away(handled)
        last = some[-1]
        mailboxes.reached(sessions, name, last, now(), is_end=False)
    if not waiting:
        mailboxes.reached(sessions, name, last, now(), is_end=True)


def _handled(installation: Installation, raw: bytes) -> bool:
    """Whether nobody has to look at this message any more."""
    sessions = installation.sessions
    event = _understood(raw, installation.keys.signing)
    if event.kind is EventKind.ARRIVED:
        event = _arrived(installation, event, raw)
    try:
        with reduced_errors():
            mailboxes.take_in(sessions, event)
    except DatabaseFault as problem:
        log.warning("return_refused", code=problem.code, **problem.params)
        event = unreadable(raw, now(), "refused")
        mailboxes.take_in(sessions, event)
    return event.delivery_id is not None and event.kind not in STAYS


def _arrived(installation: Installation, event: Event, raw: bytes) -> Event:
    """Of a test letter it is read how its copy arrived: what it claims is noted beside the test, and used for nothing.

    Copies of other letters are read by whoever got them: their signatures are not looked up.
    """
    assert event.delivery_id is not None
    with installation.sessions() as session:
        if not trials.is_trial(session, event.delivery_id):
            return event
    try:
        found = arrival.noted(arrival.read(raw, Resolver(installation.settings.dns)))
    except Unavailable as problem:
        log.warning("arrival_unread", code=problem.code)
        return event
    except Exception:
        # As below: whatever a stranger's mail breaks, the others have to be read.
        log.exception("arrival_poisonous")
        return event
    return replace(event, details={**event.details, "arrival": found})


def _understood(raw: bytes, key: bytes) -> Event:
    try:
        return understand(raw, key, now())
    except Exception:
        # A mail is written by strangers; whatever it breaks in us, the others have to be read.
        log.exception("return_poisonous")
        return unreadable(raw, now(), "poison")
