"""Signing a letter: what does not change from one recipient to the next is written once."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256

from channels.email.dkim import canonical
from channels.email.dkim.keys import Sign, signing
from core.messages import SealedKey

COVERED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"reply-to",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"list-id",
    b"feedback-id",
)
"""Where they are there. RFC 8058 asks for both List-Unsubscribe headers."""
LINE = 74


class Signer:
    """Signs with each of the sender's keys; a receiver needs to understand but one of them."""

    def __init__(self, keys: Sequence[SealedKey], unseal: Callable[[SealedKey], bytes]) -> None:
        self._keys = [(key, signing(unseal(key))) for key in keys]
        self._written: dict[tuple[bytes, ...], list[_Written]] = {}

    def sign(self, changing: bytes, fixed: bytes, body: bytes) -> bytes:
        """The DKIM-Signature lines of a letter.

        `changing` are its header lines that differ from letter to letter, `fixed` the rest in canonical form, and
        `body` is canonical too. From is named once more than it is there, so that nobody can add another.
        """
        signed = canonical.headers(changing) + fixed
        lines = [line for line in signed.split(b"\r\n") if line.partition(b":")[0] in COVERED]
        names = tuple(line.partition(b":")[0] for line in lines)
        written = self._written.get(names)
        if written is None:
            written = self._written[names] = [_Written(key, names, sign) for key, sign in self._keys]
        text = b"\r\n".join(lines) + b"\r\n"
        digest = b64encode(sha256(canonical.ended(body)).digest())
        return b"".join([one.line(text, digest) for one in written])


class _Written:
    """One key's DKIM-Signature, written but for the two values that each letter has of its own."""

    def __init__(self, key: SealedKey, names: Sequence[bytes], sign: Sign) -> None:
        self._sign = sign
        tags = f"v=1; a={key.algorithm}; c=relaxed/relaxed; d={key.domain}; s={key.selector};".encode("ascii")
        self._begin = (
            b"DKIM-Signature: " + tags + b"\r\n h=" + b":\r\n ".join(_folded([*names, b"from"])) + b";\r\n bh="
        )
        self._canonical = canonical.headers(self._begin + b"\r\n").removesuffix(b"\r\n")

    def line(self, text: bytes, digest: bytes) -> bytes:
        signature = b64encode(self._sign(text + self._canonical + digest + b"; b="))
        parts = [signature[start : start + LINE] for start in range(0, len(signature), LINE)]
        return self._begin + digest + b";\r\n b=" + b"\r\n ".join(parts) + b"\r\n"


def _folded(names: Sequence[bytes]) -> list[bytes]:
    """The names joined by colons, in lines that are short enough."""
    lines: list[bytes] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) < LINE - 3:
            lines[-1] += b":" + name
        else:
            lines.append(name)
    return lines
