"""Shares that strike the same ones each time: whom they strike depends on a seed and a name alone."""

from hashlib import blake2b


def drawn(seed: int, subject: str) -> float:
    """The same number from 0 up to 1 for the same seed and subject, evenly spread."""
    return int.from_bytes(blake2b(f"{seed} {subject}".encode(), digest_size=7).digest()) / 2**56
