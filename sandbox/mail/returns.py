"""What a mail server writes back when it took a letter and cannot deliver it (RFC 3461, 3464)."""

import asyncio
import re
import time
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from sandbox.mail.store import MailStore
from sandbox.smtp.behaviour import Behaviour
from sandbox.smtp.words import spoken

HOST = "mail.sandbox.test"
WORDS = """This is the mail system at host {host}.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<{recipient}>: {words}
"""


class Returns:
    """Asks for each accepted letter whether it comes back, and puts the report into the envelope sender's mailbox."""

    def __init__(self, store: MailStore, behaviour: Behaviour) -> None:
        self._store, self._behaviour = store, behaviour
        self._under_way: set[asyncio.TimerHandle] = set()

    def __call__(self, sender: str, recipient: str, source: bytes) -> None:
        """Nothing comes back to an empty sender (RFC 5321, section 4.5.5)."""
        bounce = self._behaviour.bounce(recipient) if sender else None
        if bounce is None:
            return
        words, seconds = bounce
        self._later(seconds, report(sender, recipient, source, words), sender)

    def cancel(self) -> None:
        for handle in self._under_way:
            handle.cancel()

    def _later(self, seconds: float, source: bytes, sender: str) -> None:
        def put() -> None:
            self._under_way.discard(handle)
            self._store.keep("", (sender,), source, helo=HOST)
            self._store.flush()

        handle = asyncio.get_running_loop().call_later(seconds, put)
        self._under_way.add(handle)


def report(sender: str, recipient: str, source: bytes, words: str) -> bytes:
    """A delivery status notification with text, status and the headers of the letter, as Postfix writes them."""
    said = spoken(words, recipient=recipient, domain=recipient.rpartition("@")[2], peer="127.0.0.1", host=HOST)
    one_line = " ".join(
        re.sub(r"^[245][0-9]{2}[- ]", "", line) if n else line for n, line in enumerate(said.split("\r\n"))
    )
    found = re.search(r"\b([45]\.[0-9]{1,3}\.[0-9]{1,3})\b", said)
    status = found[1] if found else f"{said[0]}.0.0"
    whole = MIMEMultipart("report", report_type="delivery-status", policy=SMTP)
    whole["From"] = f"Mail Delivery System <MAILER-DAEMON@{HOST}>"
    whole["To"] = sender
    whole["Subject"] = "Undelivered Mail Returned to Sender"
    whole["Date"] = formatdate(time.time())
    whole["Message-ID"] = make_msgid(domain=HOST)
    whole["Auto-Submitted"] = "auto-replied"
    whole.attach(MIMEText(WORDS.format(host=HOST, recipient=recipient, words=one_line), policy=SMTP))
    whole.attach(_status(recipient, status, one_line))
    whole.attach(_headers(source))
    return whole.as_bytes()


def _status(recipient: str, status: str, words: str) -> Message:
    """RFC 3464: fields of the message, then fields of the recipient."""
    of_message, of_recipient = Message(SMTP), Message(SMTP)
    of_message["Reporting-MTA"] = f"dns; {HOST}"
    of_message["Arrival-Date"] = formatdate(time.time())
    of_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    of_recipient["Original-Recipient"] = f"rfc822; {recipient}"
    of_recipient["Action"] = "failed"
    of_recipient["Status"] = status
    of_recipient["Remote-MTA"] = f"dns; mx.{recipient.rpartition('@')[2]}"
    of_recipient["Diagnostic-Code"] = f"smtp; {words}"
    part = Message(SMTP)
    part["Content-Type"] = "message/delivery-status"
    part["Content-Description"] = "Delivery report"
    part.set_payload([of_message, of_recipient])
    return part


def _headers(source: bytes) -> Message:
    head = source.partition(b"\r\n\r\n")[0] + b"\r\n"
    part = Message(SMTP)
    part["Content-Type"] = "text/rfc822-headers; charset=us-ascii"
    part["Content-Description"] = "Undelivered Message Headers"
    part.set_payload(head.decode("ascii", "replace").replace("\ufffd", "?"))
    return part
