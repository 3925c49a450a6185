"""The people of the demonstration: a file as customers' systems write it, with what is wrong in real ones."""

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER = [
    "Kundennr",
    "Vorname",
    "Nachname",
    "E-Mail",
    "Mobilnummer",
    "Land",
    "Sprache",
    "Stadt",
    "Umsatz",
    "Newsletter",
]
FIRST = ("Anna", "Jonas", "Mia", "Łukasz", "Zoë", "Emil", "Sofía", "Björn", "Ida", "Noah", "Chloé", "Ömer")
LAST = ("Berger", "Müller", "O'Neill", "Nowak", "Schröder", "García", "Lindström", "Weiß", "Dubois", "Yılmaz")
CITIES = ("Berlin", "Köln", "Wien", "Zürich", "Kraków", "Malmö", "München")


@dataclass(frozen=True, slots=True)
class Known:
    """What the file's writer knows of it beforehand."""

    chosen: int
    without_address: int
    """Of the chosen: only a telephone number."""
    refused_by_server: int
    """Of the chosen: mailboxes that the sandbox does not have."""
    excluded: int
    bystanders: int
    """Without the newsletter."""
    refused_rows: int

    @property
    def sent(self) -> int:
        return self.chosen - self.without_address - self.refused_by_server

    @property
    def contacts(self) -> int:
        return self.chosen + self.excluded + self.bystanders


def write(path: Path, recipients: int) -> Known:
    """Write so many recipients, and beside them staff, people without the newsletter, and rows that are none."""
    others = recipients // 50 + 1
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(HEADER)
        rows.writerows(_recipient(number) for number in range(recipients))
        rows.writerows(_row(f"M{number}", number, f"staff{number}@shop.example") for number in range(others))
        rows.writerows(_row(f"N{number}", number, f"quiet{number}@sandbox.example", "nein") for number in range(others))
        rows.writerows(_broken(others))
    return Known(
        chosen=recipients,
        without_address=sum(_only_telephone(number) for number in range(recipients)),
        refused_by_server=sum(_unknown_mailbox(number) for number in range(recipients)),
        excluded=others,
        bystanders=others,
        refused_rows=2 * others,
    )


def _recipient(number: int) -> list[str]:
    if _only_telephone(number):
        return _row(f"K{number}", number, "")
    if _unknown_mailbox(number):
        return _row(f"K{number}", number, f"refuse-unknown-{number}@sandbox.example")
    if number % 200 == 57:
        return _row(f"K{number}", number, f"greylist-{number}@sandbox.example")
    return _row(f"K{number}", number, f"{_plain(FIRST[number % 12])}.{number}@sandbox.example")


def _row(key: str, number: int, email: str, newsletter: str = "ja") -> list[str]:
    mobile = f"0151 {20_000_000 + number}" if not email else ""
    name = [FIRST[number % 12], LAST[number // 12 % 10]]
    return [key, *name, email, mobile, "DE", "de", CITIES[number % 7], f"{number % 997},50", newsletter]


def _broken(count: int) -> Iterator[list[str]]:
    """Addresses that are none, and people who are in the file already."""
    for number in range(count):
        yield _row(f"X{number}", number, "no address at all")
        yield _row("K0", 0, "anna.0@sandbox.example")


def _only_telephone(number: int) -> bool:
    return number % 100 == 13


def _unknown_mailbox(number: int) -> bool:
    return number % 100 == 7


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name.lower().replace("ł", "l")).encode("ascii", "ignore").decode()
