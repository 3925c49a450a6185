"""A returned mail to notices; whatever it holds, this never raises and ends soon."""

from email import message_from_bytes
from email.message import Message

from channels.email.returns.notifications import notified
from channels.email.returns.plain import notices_in_words
from channels.email.returns.reports import feedback, loose_report, report, written_to
from channels.email.returns.wording import (
    ANSWERED,
    AUTOMATIC,
    AUTOREPLY,
    BOUNCING,
    COMPLAINING,
    STATISTICS,
    UNDELIVERED,
)
from channels.email.returns.words import TEXT_LIMIT, addresses, header, inside, kind_of, text_of
from core.rules.bounces.notices import Kind, Notice

SIZE_LIMIT = 1_000_000
PARTS_LIMIT = 200
ENOUGH_SAID = {"message/feedback-report", "message/disposition-notification"}
"""Parts of which we know the whole meaning: a complaint, or that somebody opened a letter (RFC 8098)."""
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Mail-Autoreply", "X-Autoresponder")


def read_return(raw: bytes) -> list[Notice]:
    """One notice a recipient, in their order; none for a mail that is no bounce, complaint or autoreply."""
    raw = raw[:SIZE_LIMIT].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b" \t\n")
    try:
        mail = message_from_bytes(raw)
        parts = _parts(mail)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        # The stdlib's parser gives up on some hostile structures; the words are still there.
        mail, parts = Message(), []
        mail.set_payload(raw.decode("utf-8", "replace"))
    words = "\n".join(text_of(part) for part in parts if kind_of(part) in ("text/plain", "text/html"))
    kinds, subject = {kind_of(part) for part in parts}, header(mail, "Subject")
    if kinds & ENOUGH_SAID or COMPLAINING.search(subject):
        return feedback(parts)
    told = report(parts, words) or notified(words)
    return told if told or STATISTICS.search(subject) else _by_words(mail, words, raw, parts)


def _parts(mail: Message) -> list[Message]:
    """The parts outside the mail that is returned, which would speak of itself."""
    found: list[Message] = []
    waiting = [mail]
    while waiting and len(found) < PARTS_LIMIT:
        part = waiting.pop(0)
        found.append(part)
        if part.get_content_maintype() == "multipart":
            waiting[:0] = inside(part)
    return found


def _by_words(mail: Message, words: str, raw: bytes, parts: list[Message]) -> list[Notice]:
    subject = header(mail, "Subject")
    head = header(mail, "From") if ANSWERED.search(subject) else f"{header(mail, 'From')} {subject}"
    failed = addresses(header(mail, "X-Failed-Recipients"))
    words = words if words.strip() else raw.partition(b"\n\n")[2][:TEXT_LIMIT].decode("utf-8", "replace")
    bouncing = bool(failed or BOUNCING.search(head))
    sender = next(iter(addresses(header(mail, "From"))), "")
    if not bouncing and (_is_automatic(mail) or AUTOREPLY.search(subject)):
        return [Notice(sender, Kind.AUTOREPLY)] if sender else []
    if not bouncing and header(mail, "Return-Path").strip() != "<>" and not UNDELIVERED.search(words[:2000]):
        return []
    return (
        loose_report(raw.decode("utf-8", "replace"))
        or notices_in_words(words, known=failed, sender=sender)
        or notices_in_words(f"{subject}\n{words}", sender=sender)
        or [one for address in written_to(parts)[:1] for one in notices_in_words(words, known=[address])]
    )


def _is_automatic(mail: Message) -> bool:
    told = f"{header(mail, 'Auto-Submitted')} {header(mail, 'Precedence')}"
    return AUTOMATIC.search(told) is not None or any(name in mail for name in AUTOMATIC_HEADERS)
