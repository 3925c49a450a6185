"""Headers by which a service that carries our mail tells us in its reports which letter it speaks of.

Some put a Message-ID of their own in place of ours; what stands in these they hand back as it was.
"""

from collections.abc import Iterable

HEADERS = {
    "postmarkapp.com": b"X-PM-Metadata-delivery: ",
    "brevo.com": b"X-Mailin-custom: ",
    "sendinblue.com": b"X-Mailin-custom: ",
    "amazonaws.com": b"X-SES-MESSAGE-TAGS: delivery=",
}


def echoes(hosts: Iterable[str]) -> list[bytes]:
    """The beginnings of the headers that the relays of these names need; the letter's token follows."""
    return sorted({header for host in hosts for name, header in HEADERS.items() if f".{host}".endswith(f".{name}")})
