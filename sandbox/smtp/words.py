"""What mail servers say when they do not take a letter, in the manner of real ones, by a short name for each."""

import re

REPLIES = {
    "no-user": (
        "550-5.1.1 The mailbox {recipient} does not exist here. Look for a typing error\n"
        "550-5.1.1 or a blank that does not belong there, and read more at\n"
        "550 5.1.1 https://postmaster.test/no-such-user - 4fb4d7f45d1cf"
    ),
    "unknown": "550 5.1.1 <{recipient}>: user unknown in virtual mailbox table",
    "not-found": "550 5.1.10 RecipientNotFound; no address {recipient} in the directory",
    "disabled": "550 5.2.1 <{recipient}>: this mailbox is disabled",
    "full": "552 5.2.2 <{recipient}>: mailbox is over quota",
    "no-domain": "550 5.1.2 <{recipient}>: domain not found",
    "too-big": "552 5.3.4 The message is larger than this server takes",
    "relay": "554 5.7.1 <{recipient}>: relay access denied",
    "spam": "554 5.7.1 Refused: this looks like spam. See https://postmaster.test/spam",
    "policy": "550 5.7.1 Messages from {domain} do not meet our requirements for senders",
    "blocklist": "550 5.7.1 [{peer}] is on our blocklist, as is a part of its network. Ask your provider (S3150).",
    "unauthenticated": (
        "550-5.7.26 Blocked: this sender is unauthenticated.\n550 5.7.26 We ask for SPF or DKIM of every sender."
    ),
    "bad-name": "553 5.1.3 <{recipient}>: mailbox name not allowed",
    "moved": "551 5.1.6 <{recipient}>: has moved, and nobody knows where",
    "greylist": "450 4.2.0 <{recipient}>: greylisted, come again in 300 seconds",
    "later": "451 4.3.0 <{recipient}>: temporary lookup failure",
    "full-for-now": (
        "452-4.2.2 The inbox of {recipient} is out of storage for now.\n452 4.2.2 See https://postmaster.test/quota"
    ),
    "rate": (
        "421-4.7.28 An unusual rate of mail from {peer}: to protect our users\n"
        "421 4.7.28 it is rate limited for a while."
    ),
    "complaints": (
        "421 4.7.0 [TSS04] Messages from {peer} are deferred after complaints of users; "
        "see https://postmaster.test/error-codes"
    ),
    "too-many": "450 4.7.1 Too much mail from {peer}",
    "busy": "421 4.3.2 {host} has no time now and closes",
    "storage": "452 4.3.1 Not enough storage in this system",
}
BY_CODE = {
    "421": "busy",
    "450": "greylist",
    "451": "later",
    "452": "full-for-now",
    "550": "no-user",
    "551": "moved",
    "552": "full",
    "553": "bad-name",
    "554": "spam",
}

_WHOLE = re.compile(r"(?:[245][0-9]{2}-[^\r\n]*\r?\n)*[245][0-9]{2} [^\r\n]*")


class UnknownReply(ValueError):  # noqa: N818 - names the thing
    """Neither a name, nor a code, nor a whole SMTP reply."""


def reply(wanted: str) -> str:
    """The reply for a name (`no-user`), a code (`550`), a code and status (`550-5.1.1`) or whole words of one's own."""
    if wanted in REPLIES:
        return REPLIES[wanted]
    if wanted in BY_CODE:
        return REPLIES[BY_CODE[wanted]]
    if _WHOLE.fullmatch(wanted):
        return wanted
    status = re.fullmatch(r"([45][0-9]{2})-([45]\.[0-9]{1,3}\.[0-9]{1,3})", wanted)
    if status:
        return f"{status[1]} {status[2]} <{{recipient}}>: not accepted"
    raise UnknownReply(wanted)


def spoken(words: str, **values: str) -> str:
    """The words with `{recipient}`, `{domain}`, `{peer}` and `{host}` filled in; other braces stay."""
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", value)
    return words.replace("\r\n", "\n").replace("\n", "\r\n")
