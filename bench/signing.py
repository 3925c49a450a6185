"""What a DKIM signature (RFC 6376) costs a letter of 5 kB: the hash of its body, and a signature over its headers.

python -m bench.signing [--rounds 3] [--json]
"""

import argparse
import hashlib
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from bench.table import Line, show, tell

BODY = b"Lorem ipsum dolor sit amet, consectetur adipiscing elit.\r\n" * 95
HEADERS = b"subject:Hello Ada\r\nfrom:Shop <news@shop.example>\r\n" * 8
SIGNATURES = 2_000


def microseconds(sign: Callable[[bytes], bytes], rounds: int) -> float:
    """A letter; the best of the rounds."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(SIGNATURES):
            sign(HEADERS + hashlib.sha256(BODY).digest())
        took.append((time.process_time() - began) / SIGNATURES * 1e6)
    return round(min(took), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    large, small = rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()
    found = [
        Line(
            "signing.rsa_2048",
            "CPU of 1,000 signatures: RSA-2048",
            microseconds(lambda given: large.sign(given, padding.PKCS1v15(), SHA256()), asked.rounds),
            "ms",
        ),
        Line(
            "signing.ed25519",
            "CPU of 1,000 signatures: Ed25519",
            microseconds(lambda given: small.sign(hashlib.sha256(given).digest()), asked.rounds),
            "ms",
        ),
    ]
    (tell if asked.json else show)(found)


if __name__ == "__main__":
    main()
