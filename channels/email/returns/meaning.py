"""What a mail that came back, or was written to us, means: one event, or nothing that could be understood."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from email import message_from_bytes
from email.message import Message

from channels.email.returning import UNSUBSCRIBE
from channels.email.returns.parsing import SIZE_LIMIT, read_return
from channels.email.returns.spoken import asks_to_leave
from channels.email.returns.whose import copied, whose
from channels.email.returns.wording import BOUNCING
from channels.email.returns.words import header, inside, text_of
from core.messages import Event
from core.rules.bounces.judging import Judgement, judge
from core.rules.bounces.notices import Kind, Notice, Standing, standing
from core.vocabulary import BounceClass, EventKind

MAILBOX = "mailbox"
SAID_LIMIT = 500
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Resent-To")
ANSWERED = ("In-Reply-To", "References")


def understand(raw: bytes, key: bytes, at: datetime) -> Event:
    """Of a letter of ours where a token in it proves that; else without one, and then it changes nothing.

    Its key is the mail's hash, so that the same mail is the same event however often it is read. Whatever the mail
    holds, this never raises: what cannot be read is `unread`.
    """
    raw = raw[:SIZE_LIMIT]
    copy_of = _copied(raw, key)
    if copy_of is not None:
        return Event(EventKind.ARRIVED, MAILBOX, message_key(raw), at, copy_of, "email", details={"way": MAILBOX})
    found = whose(key, _texts(raw))
    mark, delivery_id = found or ("", None)
    kind, bounce, details = _meant(raw, mark, is_ours=delivery_id is not None)
    told = {"way": MAILBOX, **details}
    return Event(kind, MAILBOX, message_key(raw), at, delivery_id, "email", bounce=bounce, details=told)


def unreadable(raw: bytes, at: datetime, why: str) -> Event:
    """For a mail that could not be understood or recorded: kept, counted, and never looked at again."""
    return Event(EventKind.UNREAD, MAILBOX, message_key(raw[:SIZE_LIMIT]), at, channel="email", details={"why": why})


def message_key(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def _copied(raw: bytes, key: bytes) -> int | None:
    """The delivery of which it is a copy; a server that sends a letter back under the letter's own name is heard."""
    mail = _parsed(raw)
    found = copied(key, _all(mail, ADDRESSED), header(mail, "Message-ID"))
    return None if found is None or read_return(raw) else found


def _all(mail: Message, names: Sequence[str]) -> str:
    return " ".join(str(value) for name in names for value in mail.get_all(name, []))


def _meant(raw: bytes, mark: str, *, is_ours: bool) -> tuple[EventKind, BounceClass | None, dict[str, str]]:
    if mark == UNSUBSCRIBE:
        return EventKind.UNSUBSCRIBED, None, {"way": "mailto"}
    mail, notices = _parsed(raw), read_return(raw)
    if notices and not (is_ours and _is_persons(mail, notices)):
        return _returned(notices)
    if is_ours and asks_to_leave(header(mail, "Subject"), _first_text(mail)):
        return EventKind.UNSUBSCRIBED, None, {"way": "reply"}
    if is_ours:
        return EventKind.REPLIED, None, {}
    return EventKind.UNREAD, None, {"why": "no_letter"}


def _is_persons(mail: Message, notices: Sequence[Notice]) -> bool:
    """An answer to our letter in which a person speaks of something undeliverable: no server writes so."""
    told = any(notice.kind is not Kind.FAILURE or notice.action or notice.code for notice in notices)
    return mail.get("In-Reply-To") is not None and not told and not BOUNCING.search(header(mail, "From"))


def _returned(notices: Sequence[Notice]) -> tuple[EventKind, BounceClass | None, dict[str, str]]:
    """Each letter has one recipient; where a list behind that address reports several, the mildest speaks for it."""
    judged = [(notice, judge(notice)) for notice in notices]
    notice, verdict = min(judged, key=_severity)
    details = {"said": _said(notice), "rule": verdict.rule, "suppress": "yes" if verdict.suppress else "no"}
    kind = KINDS[notice.kind, standing(notice)]
    if kind is EventKind.COMPLAINED and not verdict.suppress:
        return EventKind.UNREAD, None, details
    return kind, verdict.bounce, details


KINDS = {
    **{(Kind.COMPLAINT, one): EventKind.COMPLAINED for one in Standing},
    **{(Kind.AUTOREPLY, one): EventKind.AUTOREPLIED for one in Standing},
    (Kind.FAILURE, Standing.DELIVERED): EventKind.DELIVERED,
    (Kind.FAILURE, Standing.DELAYED): EventKind.DELAYED,
    (Kind.FAILURE, Standing.FAILED): EventKind.BOUNCED,
}


def _severity(judged: tuple[Notice, Judgement]) -> tuple[int, bool]:
    notice, verdict = judged
    return list(Standing).index(standing(notice)), verdict.suppress


def _said(notice: Notice) -> str:
    """Clean of what PostgreSQL does not take: half surrogates of a broken charset."""
    words = " ".join(part for part in (notice.status, notice.said) if part)[:SAID_LIMIT]
    return words.encode("utf-8", "replace").decode("utf-8")


def _texts(raw: bytes) -> Iterator[str]:
    """Where it was sent to, what it answers, then all that stands in it, decoded where it was encoded."""
    mail = _parsed(raw)
    yield _all(mail, ADDRESSED)
    yield _all(mail, ANSWERED)
    yield raw.decode("latin-1")
    for part in _walk(mail):
        if str(part.get("Content-Transfer-Encoding", "")).strip().lower() in ("base64", "quoted-printable"):
            yield text_of(part)


def _parsed(raw: bytes) -> Message:
    """The stdlib's parser gives up on some hostile structures; then there are no headers."""
    try:
        return message_from_bytes(raw)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return Message()


def _walk(mail: Message, most: int = 50) -> Iterator[Message]:
    waiting = [mail]
    while waiting and most:
        part = waiting.pop(0)
        most -= 1
        if part.is_multipart():
            waiting[:0] = inside(part)
        else:
            yield part


def _first_text(mail: Message) -> str:
    return next((text_of(part) for part in _walk(mail) if part.get_content_type() == "text/plain"), "")
