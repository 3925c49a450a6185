"""What a cell is worth: addresses, numbers, dates and flags in their one form, or why they are none."""

import re
from datetime import date
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from core.errors import Invalid
from core.vocabulary import CHANNEL_EMAIL, AttributeType

USUAL_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
PHONED = frozenset({"sms", "whatsapp"})
"""Channels whose addresses are telephone numbers."""
GERMAN_MOBILE = re.compile(r"(?:\+49|0049|0)(1[5-7]\d{8,9})")
SEPARATORS = str.maketrans("", "", " -/().\u00a0")
GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
YES = frozenset({"yes", "ja", "true", "wahr", "y", "j", "x", "1"})
NO = frozenset({"no", "nein", "false", "falsch", "n", "0"})


def address(cell: str, channel: str, country: str) -> str:
    """An address of a channel in its one form; Invalid if it is none."""
    if channel == CHANNEL_EMAIL:
        return email(cell)
    return phone(cell, country) if channel in PHONED else cell.strip()


def email(cell: str) -> str:
    """The address with its domain in lower case; Invalid (`import.bad_email`) if it is none."""
    if len(cell) <= 254 and USUAL_EMAIL.fullmatch(cell) and cell.index("@") <= 64:
        local, _, domain = cell.rpartition("@")
        return f"{local}@{domain.lower()}"
    try:
        return validate_email(cell, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid("import.bad_email") from None


@lru_cache(maxsize=4096)
def phone(cell: str, country: str) -> str:
    """E.164; Invalid (`import.bad_phone`) for what is no number in that country."""
    plain = cell.translate(SEPARATORS)
    usual = GERMAN_MOBILE.fullmatch(plain)
    if usual and (country == "DE" or not plain.startswith("01")):
        return f"+49{usual[1]}"
    try:
        number = phonenumbers.parse(cell, country)
    except phonenumbers.NumberParseException:
        raise Invalid("import.bad_phone") from None
    if not phonenumbers.is_valid_number(number):
        raise Invalid("import.bad_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def attribute(cell: str, kind: AttributeType) -> str | float | bool:
    """The value in its type; dates as ISO 8601. Invalid (`import.bad_value`) if it is not of that type."""
    match kind:
        case AttributeType.NUMBER:
            return _number(cell)
        case AttributeType.DATE:
            return _date(cell).isoformat()
        case AttributeType.FLAG:
            return _flag(cell)
    return cell


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
    try:
        value = float(plain) if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain) else None
    except ValueError:
        value = None
    if value is None:
        raise Invalid("import.bad_value", type="number")
    return int(value) if value.is_integer() and "." not in plain else value


def _date(cell: str) -> date:
    try:
        if found := GERMAN_DATE.fullmatch(cell):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if (found := US_DATE.fullmatch(cell)) and int(found[2]) > 12:
            return date(int(found[3]), int(found[1]), int(found[2]))
        return date.fromisoformat(cell[:10])
    except ValueError:
        raise Invalid("import.bad_value", type="date") from None


def _flag(cell: str) -> bool:
    word = cell.lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Invalid("import.bad_value", type="flag")
