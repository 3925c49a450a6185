"""What our signatures cost a letter of 5 kB: the same letter is rendered without a key, with each kind, and with both.

python -m bench.signing [--rounds 3] [--json]
"""

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.campaign import PARAGRAPH, SOURCE
from bench.table import Line, show, tell
from channels.email import letters
from channels.email.dkim import keys
from channels.email.dkim.signing import Signer
from channels.email.mime import ContentMime
from channels.links import Links
from core.messages import Content, Message, SealedKey, Sender
from core.vocabulary import DkimAlgorithm

LETTERS = 1_000
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
SIGNED = {
    "unsigned": ("without a signature", ()),
    "rsa_2048": ("RSA-2048", (DkimAlgorithm.RSA,)),
    "ed25519": ("Ed25519", (DkimAlgorithm.ED25519,)),
    "both": ("both", (DkimAlgorithm.RSA, DkimAlgorithm.ED25519)),
}


def letter(algorithms: Sequence[DkimAlgorithm]) -> ContentMime:
    """The letter of `bench.pipeline`, from a sender with those keys."""
    made = letters.make(
        kind="html",
        language="en",
        subject="Hello {{ first_name }}",
        source=SOURCE % (PARAGRAPH * 14),
        text=None,
        known=["first_name", "city"],
    )
    sealed = tuple(SealedKey("shop.example", "bench", one, keys.make(one).private) for one in algorithms)
    sender = Sender("Shop", "news@shop.example", keys=sealed)
    content = Content(1, made.subject, made.html, made.text, sender, 1, "marketing", "campaigns.1", "Round")
    signer = Signer(sealed, lambda key: key.sealed) if sealed else None
    return ContentMime(content, Links("https://news.shop.example", b"k" * 32), b"k" * 32, signer)


def milliseconds(mime: ContentMime, rounds: int) -> float:
    """CPU of a thousand letters; the best of the rounds."""
    content = Content(1, "", None, None, Sender("", ""), 1, "", "", "")
    people = [
        Message(number, 1, f"user{number}@example.test", content, {"first_name": f"Name{number}", "city": "Ulm"}, AT)
        for number in range(LETTERS)
    ]
    took = []
    for _ in range(rounds):
        began = time.process_time()
        for message in people:
            mime.render(message)
        took.append((time.process_time() - began) * 1e3)
    return round(min(took), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = [
        Line(
            f"signing.{name}",
            f"CPU of 1,000 letters rendered: {words}",
            milliseconds(letter(algorithms), asked.rounds),
            "ms",
        )
        for name, (words, algorithms) in SIGNED.items()
    ]
    (tell if asked.json else show)(found)


if __name__ == "__main__":
    main()
