"""The installation's two secrets, made at the first start and kept in the data directory for its owner only."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from config.checks import BadSetting
from config.given import read


@dataclass(frozen=True, slots=True)
class Keys:
    addresses: bytes
    """Hashes addresses. Never rotated: every suppression and delivery depends on it. Part of the backup."""
    signing: bytes
    """Signs links, sessions and tokens."""

    @property
    def sealing(self) -> bytes:
        """Encrypts secrets in the database. Of the key that is never rotated, or they could not be read again."""
        return blake2b(b"secrets at rest", key=self.addresses, digest_size=32, person=b"sealing").digest()


def load_keys(data: Path, environ: Mapping[str, str] | None = None) -> Keys:
    """Read both keys from the environment (hexadecimal, 64 digits) or the data directory; make what is missing."""
    found = read(os.environ if environ is None else environ)
    return Keys(
        addresses=_key(data, found, "SENDBOTE_ADDRESS_KEY", "address.key"),
        signing=_key(data, found, "SENDBOTE_SIGNING_KEY", "signing.key"),
    )


def _key(data: Path, found: Mapping[str, str], name: str, filename: str) -> bytes:
    value = found.get(name) or _kept(data / "keys" / filename)
    try:
        key = bytes.fromhex(value)
    except ValueError:
        raise BadSetting(name, "not_a_key") from None
    if len(key) != 32:
        raise BadSetting(name, "not_a_key")
    return key


def _kept(path: Path) -> str:
    """The key in the file; two processes that start at once agree on one, since only one can link its own there."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32), encoding="ascii")
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text(encoding="ascii").strip()
