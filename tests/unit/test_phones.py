"""The quick way to a number's one form says what the parser says, of every country's numbers."""

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat

from core.errors import Invalid
from core.rules.contacts.phones import e164, is_no_mobile


def parsed(cell: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(cell, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else None


def ours(cell: str, country: str) -> str | None:
    try:
        return e164(cell, country)
    except Invalid:
        return None


def numbers(country: str) -> list[str]:
    """An example of each kind that the country has, as it is written there and in full; and wrong ones like it."""
    examples = (phonenumbers.example_number_for_type(country, kind) for kind in range(11))
    written = [
        phonenumbers.format_number(example, form)
        for example in examples
        if example is not None
        for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
    ]
    spoilt = [f"{cell[:place]}{digit}{cell[place + 1 :]}" for cell in written for place in (2, 5) for digit in "03579"]
    return [*written, *spoilt, *(cell[:-1] for cell in written), *(f"{cell}7" for cell in written)]


@pytest.mark.parametrize("region", ["A-F", "G-M", "N-Z"])
def test_numbers_of_every_country_come_out_as_the_parser_reads_them(region: str) -> None:
    first, last = region.split("-")
    countries = sorted(name for name in phonenumbers.SUPPORTED_REGIONS if first <= name[0] <= last)
    differ = [
        (country, cell, parsed(cell, country))
        for country in countries
        for cell in numbers(country)
        if ours(cell, country) != parsed(cell, country)
    ]
    assert differ == []


@pytest.mark.parametrize(
    ("cell", "country", "number"),
    [
        ("0171 1234567", "DE", "+491711234567"),
        ("0171/123-45.67", "DE", "+491711234567"),
        ("0049 171 1234567", "DE", "+491711234567"),
        ("+49 (0) 171 1234567", "AT", "+491711234567"),
        ("06 612 345 678", "IT", "+3906612345678"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("0171 123", "DE", None),
        ("+49 171 12345678901", "DE", None),
        ("+999 12345678", "DE", None),
        ("+", "DE", None),
        ("call me", "DE", None),
    ],
)
def test_a_number_as_people_write_it(cell: str, country: str, number: str | None) -> None:
    assert ours(cell, country) == number


def test_landlines_are_told_from_mobiles_in_every_country_that_does() -> None:
    """By the library's own word for each country's examples."""
    mobiles = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    fixed = phonenumbers.PhoneNumberType.FIXED_LINE
    told = []
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (fixed, phonenumbers.PhoneNumberType.MOBILE):
            example = phonenumbers.example_number_for_type(country, kind)
            if example is not None:
                number, really = (
                    phonenumbers.format_number(example, PhoneNumberFormat.E164),
                    phonenumbers.number_type(example),
                )
                told.append(really)
                assert is_no_mobile(number) == (really == fixed), (country, number, really)
                assert not (really in mobiles and is_no_mobile(number))
    assert told.count(fixed) > 200


def test_what_is_no_number_at_all_is_not_called_a_landline() -> None:
    assert not any(is_no_mobile(number) for number in ("", "+", "+0", "+9991234567", "+4", "ada@example.org"))
