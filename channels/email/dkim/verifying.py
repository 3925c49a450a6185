"""Verifying a signature on a letter as it arrived (RFC 6376, section 6), ours or anybody's."""

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from channels.email.dkim import canonical, record
from channels.email.domains.names import Names

VALUE = re.compile(rb"([:;]\s*b\s*=)[^;]*")
Header = tuple[bytes, bytes]
"""Its name in lower case, and the whole field as it stands, with its folds and its CRLF."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` is `holds`, or why not: `body_changed`, `headers_changed`, `no_key`, `revoked`, `unreadable`."""

    domain: str
    selector: str
    algorithm: str
    code: str


def verify(mail: bytes, names: Names) -> list[Verdict]:
    """Each signature's verdict, from the top; raises Unavailable where the DNS does not answer.

    Line ends may be LF alone, as a saved file has them.
    """
    mail = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = split(head + b"\r\n")
    return [_verdict(field, fields, body, names) for name, field in fields if name == b"dkim-signature"]


def split(head: bytes) -> list[Header]:
    """Header fields in order; what is no field is left out."""
    fields = re.findall(rb"(?:^|(?<=\r\n))([!-9;-~]+)([ \t]*:(?:[^\r\n]*\r\n)(?:[ \t][^\r\n]*\r\n)*)", head)
    return [(name.lower(), name + rest) for name, rest in fields]


def _verdict(field: bytes, fields: Sequence[Header], body: bytes, names: Names) -> Verdict:
    tags = record.tags(field.partition(b":")[2].decode("utf-8", "replace"))
    told = tags.get("d", ""), tags.get("s", ""), tags.get("a", "").lower()
    try:
        return Verdict(*told, _code(field, tags, fields, body, names))
    except (ValueError, KeyError):
        return Verdict(*told, "unreadable")


def _code(field: bytes, tags: Mapping[str, str], fields: Sequence[Header], body: bytes, names: Names) -> str:
    header_form, _, body_form = tags.get("c", "simple/simple").partition("/")
    relaxed_body = body_form == "relaxed"
    whole = canonical.ended(canonical.body(body)) if relaxed_body else canonical.ended(body) or b"\r\n"
    if sha256(whole[: int(tags["l"])] if "l" in tags else whole).digest() != b64decode(tags["bh"]):
        return "body_changed"
    found = [one for one in map(record.tags, names.texts(record.name(tags["d"], tags["s"]))) if "p" in one]
    if not found or not found[0]["p"]:
        return "revoked" if found else "no_key"
    relaxed = header_form == "relaxed"
    signed = b"".join(_form(one, relaxed) for one in _covered(tags["h"], fields))
    signed += _form(VALUE.sub(rb"\1", field, count=1), relaxed).removesuffix(b"\r\n")
    return "holds" if _fits(b64decode(found[0]["p"]), b64decode(tags["b"]), signed, tags["a"]) else "headers_changed"


def _form(field: bytes, relaxed: bool) -> bytes:
    return canonical.headers(field) if relaxed else field


def _covered(listed: str, fields: Sequence[Header]) -> list[bytes]:
    """The fields that are signed: of one name the last comes first, and one too many counts as absent."""
    left = {name: [field for other, field in fields if other == name] for name, _ in fields}
    wanted = [name.strip().lower().encode() for name in listed.split(":")]
    return [left[name].pop() for name in wanted if left.get(name)]


def _fits(public: bytes, signature: bytes, signed: bytes, algorithm: str) -> bool:
    try:
        if algorithm.lower() == "ed25519-sha256":
            Ed25519PublicKey.from_public_bytes(public).verify(signature, sha256(signed).digest())
            return True
        key = load_der_public_key(public)
        if not isinstance(key, RSAPublicKey):
            return False
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
