"""Secrets encrypted at rest: AES-256-GCM (NIST SP 800-38D), bound to what they are the secret of."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Unavailable

NONCE_BYTES = 12


def seal(key: bytes, secret: bytes, *, of: str) -> bytes:
    """Encrypted with a key of 32 bytes; it opens only with the same key, and as the secret of the same thing."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, of.encode())


def unseal(key: bytes, sealed: bytes, *, of: str) -> bytes:
    """The secret; raise Unavailable (`secret.other_key`) if it was sealed with another key, or changed."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], of.encode())
    except InvalidTag:
        raise Unavailable("secret.other_key", of=of) from None


def relay_secret(host: str, port: int, user: str) -> str:
    """As what a mail server's password is sealed: it opens for that server and that user alone."""
    return f"relay:{host}:{port}:{user}"


def dkim_secret(domain: str, selector: str) -> str:
    """As what the private half of a key that signs letters is sealed."""
    return f"dkim:{domain}:{selector}"
