"""What real mail servers say when they do not take a letter, by a short name for each."""

import re

REPLIES = {
    "no-user": (
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
        "550-5.1.1 double-checking the recipient's email address for typos or\n"
        "550-5.1.1 unnecessary spaces. For more information, go to\n"
        "550 5.1.1 https://support.google.com/mail/?p=NoSuchUser 4fb4d7f45d1cf-5d0cb2 - gsmtp"
    ),
    "unknown": "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table",
    "not-found": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {recipient} not found by SMTP address lookup",
    "disabled": "550 5.2.1 <{recipient}>: The email account that you tried to reach is disabled",
    "full": "552 5.2.2 <{recipient}>: The email account that you tried to reach is over quota",
    "no-domain": "550 5.1.2 <{recipient}>: Recipient address rejected: Domain not found",
    "too-big": "552 5.3.4 Message size exceeds fixed maximum message size",
    "relay": "554 5.7.1 <{recipient}>: Relay access denied",
    "spam": "554 5.7.1 Message rejected: this message looks like spam. See https://postmaster.test/spam",
    "policy": "550 5.7.1 Our system has detected that this message does not meet the sending requirements of {domain}",
    "blocklist": (
        "550 5.7.1 Unfortunately, messages from [{peer}] weren't sent. Please contact your Internet service provider "
        "since part of their network is on our block list (S3150)."
    ),
    "unauthenticated": (
        "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n"
        "550 5.7.26 Senders must authenticate with either SPF or DKIM. - gsmtp"
    ),
    "bad-name": "553 5.1.3 <{recipient}>: Recipient address rejected: mailbox name not allowed",
    "moved": "551 5.1.6 <{recipient}>: User has moved, and no forwarding address is known",
    "greylist": "450 4.2.0 <{recipient}>: Recipient address rejected: Greylisted, please try again in 300 seconds",
    "later": "451 4.3.0 <{recipient}>: Temporary lookup failure",
    "full-for-now": (
        "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n"
        "452 4.2.2 recipient to https://support.google.com/mail/?p=OverQuotaTemp - gsmtp"
    ),
    "rate": (
        "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating\n"
        "421 4.7.28 from your IP address. To protect our users, mail has been temporarily rate limited. - gsmtp"
    ),
    "complaints": (
        "421 4.7.0 [TSS04] Messages from {peer} temporarily deferred due to unexpected volume or user complaints - "
        "4.16.55.1; see https://postmaster.test/error-codes"
    ),
    "too-many": "450 4.7.1 Error: too much mail from {peer}",
    "busy": "421 4.3.2 {host} Service not available, closing transmission channel",
    "storage": "452 4.3.1 Insufficient system storage",
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
