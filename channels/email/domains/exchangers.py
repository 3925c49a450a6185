"""Whether a mail server encrypts on request (STARTTLS, RFC 3207), found out by greeting it."""

import smtplib
import ssl
from ipaddress import ip_address

SECONDS = 8.0


def offers_starttls(host: str, port: int = 25) -> bool | None:
    """Whether the server's answer to EHLO names STARTTLS; None where it cannot be reached from here."""
    try:
        with smtplib.SMTP(host, port, timeout=SECONDS) as server:
            server.ehlo()
            return server.has_extn("starttls")
    except (OSError, smtplib.SMTPException, ssl.SSLError):
        return None


def is_public(address: str) -> bool:
    return ip_address(address).is_global
