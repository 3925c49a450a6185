"""What a cell is worth: addresses, numbers, dates and flags in their one form, or why they are none."""

import re
from datetime import date

from email_validator import EmailNotValidError, validate_email

from core.errors import Invalid
from core.rules.contacts.phones import e164
from core.vocabulary import CHANNEL_EMAIL, AttributeType

USUAL_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
PHONED = frozenset({"sms", "whatsapp"})
"""Channels whose addresses are telephone numbers."""
GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
MOST_DIGITS = 40
YES = frozenset({"yes", "ja", "true", "wahr", "y", "j", "x", "1"})
NO = frozenset({"no", "nein", "false", "falsch", "n", "0"})


def address(cell: str, channel: str, country: str) -> str:
    """An address of a channel in its one form; Invalid if it is none."""
    if channel == CHANNEL_EMAIL:
        return email(cell)
    return e164(cell, country) if channel in PHONED else cell.strip()


def email(cell: str) -> str:
    """The address with its domain in lower case; Invalid (`import.bad_email`) if it is none."""
    if len(cell) <= 254 and USUAL_EMAIL.fullmatch(cell) and cell.index("@") <= 64:
        local, _, domain = cell.rpartition("@")
        return f"{local}@{domain.lower()}"
    if cell.count("@") != 1 or " " in cell:
        raise Invalid("import.bad_email")
    try:
        return validate_email(cell, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid("import.bad_email") from None


def attribute(cell: str, kind: AttributeType) -> str | float | bool:
    """The value in its type; dates as ISO 8601. Invalid (`import.bad_value`) if it is not of that type."""
    match kind:
        case AttributeType.NUMBER:
            return _number(cell)
        case AttributeType.DATE:
            return day(cell).isoformat()
        case AttributeType.FLAG:
            return _flag(cell)
    return cell


def day(cell: str) -> date:
    """ISO 8601, German, or American where the day tells it from that; Invalid (`import.bad_value`) if it is none."""
    try:
        if found := GERMAN_DATE.fullmatch(cell):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if (found := US_DATE.fullmatch(cell)) and int(found[2]) > 12:
            return date(int(found[3]), int(found[1]), int(found[2]))
        return date.fromisoformat(cell[:10])
    except ValueError:
        raise Invalid("import.bad_value", type="date") from None


def kind_of(samples: list[str]) -> AttributeType:
    """The narrowest type that all samples have; text if there are none, or for numbers that are really codes."""
    if not samples or any(sample.startswith("0") and sample.isdigit() and len(sample) > 1 for sample in samples):
        return AttributeType.TEXT
    for kind in (AttributeType.NUMBER, AttributeType.DATE, AttributeType.FLAG):
        try:
            for sample in samples:
                attribute(sample, kind)
        except Invalid:
            continue
        return kind
    return AttributeType.TEXT


def _number(cell: str) -> float | int:
    """English or German writing: the last separator is the decimal one, unless it stands before three digits."""
    plain = cell.replace(" ", "").replace("\u00a0", "").replace("€", "").replace("'", "")
    if "," in plain and "." in plain:
        thousands = "." if plain.rfind(",") > plain.rfind(".") else ","
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    if len(plain) > MOST_DIGITS or not NUMBER.fullmatch(plain):
        raise Invalid("import.bad_value", type="number")
    return float(plain) if "." in plain else int(plain)


def _flag(cell: str) -> bool:
    word = cell.lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Invalid("import.bad_value", type="flag")
