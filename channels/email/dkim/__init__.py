"""Signatures of our own on letters: DKIM (RFC 6376) with RSA, and with Ed25519 (RFC 8463)."""
