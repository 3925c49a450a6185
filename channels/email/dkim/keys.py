"""Keys that sign letters: made, read again, and published as a record of the domain."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from core.vocabulary import DkimAlgorithm

RSA_BITS = 2048
"""What every receiver verifies, and what fits into one record; RFC 8301 asks for it."""
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Pair:
    private: bytes = b""
    """PKCS #8 in DER, not encrypted: it is sealed before it is stored."""
    public: str = ""
    """Base64, as `p=` of the record holds it."""


def make(algorithm: DkimAlgorithm) -> Pair:
    """A new key. RSA is published as SubjectPublicKeyInfo, Ed25519 as its 32 bytes (RFC 8463, section 4)."""
    private: RSAPrivateKey | Ed25519PrivateKey
    if algorithm == DkimAlgorithm.RSA:
        private = generate_private_key(65537, RSA_BITS)
        public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kept = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return Pair(kept, b64encode(public).decode("ascii"))


def signing(private: bytes) -> Sign:
    """What signs the canonical headers with that key; Ed25519 signs their SHA-256 (RFC 8463, section 3)."""
    key = load_der_private_key(private, password=None)
    if isinstance(key, RSAPrivateKey):
        padding, digest = PKCS1v15(), SHA256()
        return lambda text: key.sign(text, padding, digest)
    assert isinstance(key, Ed25519PrivateKey)
    return lambda text: key.sign(sha256(text).digest())
