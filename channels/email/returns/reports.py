"""Reports made for machines: delivery status (RFC 3464) and feedback (RFC 5965)."""

from collections.abc import Iterator
from email import message_from_string
from email.message import Message

from channels.email.returns.codes import code_in, stage_in, status_in
from channels.email.returns.plain import notices_in_words
from channels.email.returns.words import addresses, field, inside, kind_of, one_line, text_of
from core.rules.bounces.notices import Kind, Notice

RECIPIENTS_LIMIT = 1000
LOOSE_LIMIT = 200_000
SENT_TO = ("X-HmXmrOriginalRecipient", "To")
"""In the letter that comes back; the first is by Outlook.com, whose `To` may be of somebody else."""
LETTERS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


def feedback(parts: list[Message]) -> list[Notice]:
    """A complaint for each recipient that the report names, else for whom the returned letter was addressed to.

    Older reports of some providers have no part of their own, but the letter. That a letter was opened, or was no
    spam (RFC 6430), is no complaint.
    """
    reports = [part for part in parts if kind_of(part) == "message/feedback-report"]
    if not reports and any(kind_of(part) == "message/disposition-notification" for part in parts):
        return []
    said, found = _told_by(reports[0]) if reports else ("", [])
    if said == "not-spam":
        return []
    named = found or written_to(parts) or [""]
    return [Notice(address, Kind.COMPLAINT, action=said) for address in dict.fromkeys(named)]


def written_to(parts: list[Message]) -> list[str]:
    """To whom the letter that comes back was addressed."""
    returned = (part for part in parts if kind_of(part) in LETTERS)
    return [address for part in returned for address in _addressed(part)]


def report(parts: list[Message], words: str) -> list[Notice]:
    found: list[tuple[Notice, list[str]]] = []
    for part in parts:
        for block in _blocks(part):
            if field(block, "Final-Recipient") or field(block, "Original-Recipient"):
                found.append((_notice(block), _recipients(block)))
    return _with_words(found[:RECIPIENTS_LIMIT], words)


def _blocks(part: Message) -> Iterator[Message]:
    """The fields of the report, then those of each recipient; the stdlib parses the older kind alone (RFC 6533)."""
    if kind_of(part) == "message/global-delivery-status":
        yield from (message_from_string(block.lstrip()) for block in text_of(part).split("\n\n"))
    elif kind_of(part) == "message/delivery-status":
        yield from inside(part)


def loose_report(text: str) -> list[Notice]:
    """The same fields where MIME has been lost: quoted by a person who forwards it, or between broken boundaries."""
    lines = [line.lstrip("> \t") if line[:1] == ">" else line for line in text[:LOOSE_LIMIT].splitlines()]
    starts = [at for at, line in enumerate(lines) if line.lower().startswith("final-recipient:")]
    blocks = (message_from_string("\n".join(_block(lines[at : at + 40]))) for at in starts[:RECIPIENTS_LIMIT])
    notices = [_notice(block) for block in blocks]
    return [notice for notice in notices if notice.address]


def _block(lines: list[str]) -> list[str]:
    """Up to the blank line, or to the header lines of the letter that comes back."""
    ends = (at for at, line in enumerate(lines) if not line.strip() or line.lower().startswith("return-path:"))
    return lines[: next(ends, len(lines))]


def _notice(block: Message) -> Notice:
    said = one_line(field(block, "Diagnostic-Code", 8000))
    status = status_in(field(block, "Status", 200))
    inner = status_in(said)
    if not status or status.endswith(".0.0") or (inner and not inner.endswith(".0.0")):
        status = inner or status
    action = field(block, "Action", 20).strip().lower()
    address = next(iter(_recipients(block)), "")
    return Notice(address, Kind.FAILURE, action, status, code_in(said), stage_in(said), said)


def _recipients(block: Message) -> list[str]:
    """Whom we wrote to, where the report says it, then whom an alias or a forwarding made of them."""
    fields = ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient")
    return [address for name in fields for address in addresses(field(block, name))[-1:]]


def _with_words(found: list[tuple[Notice, list[str]]], words: str) -> list[Notice]:
    """Where the report carries no diagnosis, the words for people beside it do."""
    spoken = {notice.address: notice for notice in notices_in_words(words)} if found else {}
    whole = one_line(words) if len(found) == 1 else ""
    beside = ((notice, next((spoken[one] for one in named if one in spoken), None)) for notice, named in found)
    return [_completed(notice, words_beside, whole) for notice, words_beside in beside]


def _completed(notice: Notice, spoken: Notice | None, whole: str) -> Notice:
    if len(notice.said) > 40:
        return notice
    said = f"{notice.said} {spoken.said if spoken else whole}".strip()
    stage = notice.stage or stage_in(said)
    status = notice.status or status_in(said)
    return Notice(notice.address, notice.kind, notice.action, status, notice.code or code_in(said), stage, said)


def _told_by(part: Message) -> tuple[str, list[str]]:
    """The report's type (RFC 5965, section 3.1), and whom it names."""
    block = next(iter(inside(part)), part)
    values = block.get_all("Original-Rcpt-To", []) + block.get_all("Removal-Recipient", [])
    named = [address for value in values[:RECIPIENTS_LIMIT] for address in addresses(str(value)[:1000])]
    return str(block.get("Feedback-Type", ""))[:40].strip().lower(), named


def _addressed(part: Message) -> list[str]:
    if part.is_multipart():
        told = (addresses(field(letter, name, 5000)) for letter in inside(part)[:1] for name in SENT_TO)
        return next((found for found in told if found), [])
    lines = (line for line in text_of(part).splitlines() if line.lower().startswith("to:"))
    return addresses(next(lines, ""))
