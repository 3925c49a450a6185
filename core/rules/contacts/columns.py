"""Recognising columns by their headers, in English and German."""

import re
from collections.abc import Mapping, Sequence

FIELDS = ("external_id", "email", "phone", "first_name", "last_name", "language", "country", "timezone")
IGNORE = ""

NAMES = {
    "external_id": "externalid id customerid customernumber customerno clientid kundennummer kundennr kundenid kdnr",
    "email": "email emailaddress mail mailaddress emailadresse mailadresse",
    "phone": "phone phonenumber mobile mobilephone mobilenumber cell cellphone telefon telefonnummer handy "
    "handynummer mobil mobilnummer mobiltelefon rufnummer tel",
    "first_name": "firstname givenname vorname rufname",
    "last_name": "lastname surname familyname nachname familienname name zuname",
    "language": "language lang locale sprache",
    "country": "country countrycode land laendercode",
    "timezone": "timezone tz zeitzone",
}


def propose(columns: Sequence[str]) -> dict[int, str]:
    """For each column a field, `attribute:<key>`, or nothing for one without a header; each field at most once."""
    proposed = recognised(columns, NAMES)
    for index, column in enumerate(columns):
        if index not in proposed:
            key = attribute_key(column)
            proposed[index] = f"attribute:{key}" if key and key not in FIELDS else IGNORE
    return dict(sorted(proposed.items()))


def recognised(columns: Sequence[str], names: Mapping[str, str]) -> dict[int, str]:
    """The columns whose headers are among the names of a field, each field at most once."""
    by_name = {name: field for field, known in names.items() for name in known.split()}
    found: dict[int, str] = {}
    for index, column in enumerate(columns):
        field = by_name.get(_plain(column))
        if field is not None and field not in found.values():
            found[index] = field
    return found


def attribute_key(label: str) -> str:
    """The name by which letters call an attribute: letters, digits and `_`, beginning with a letter."""
    plain = _umlauts(label.strip().lower())
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60]
    return key if not key[:1].isdigit() else f"a_{key}"


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _umlauts(column.lower()))


def _umlauts(text: str) -> str:
    for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(letter, pair)
    return text
