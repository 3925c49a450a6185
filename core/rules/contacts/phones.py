"""Telephone numbers in E.164: those written in full are held against their country's patterns, others are parsed."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc

from core.errors import Invalid

DIGITS = re.compile(r"[1-9]\d{6,14}", re.ASCII)
SEPARATORS = str.maketrans("", "", " -/().\u00a0")
KINDS = ("mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan")
WITHOUT_TEXTS = ("fixed_line", "toll_free", "premium_rate", "shared_cost", "pager", "uan")
"""Kinds of numbers that get no SMS."""


def e164(cell: str, country: str) -> str:
    """Raise Invalid (`import.bad_phone`) for what is no number in that country.

    To parse a number costs 20 to 35 µs, to hold it against its country's patterns 5.
    """
    plain = cell.translate(SEPARATORS)
    digits = plain[1:] if plain.startswith("+") else _with_code(plain, country)
    if digits and DIGITS.fullmatch(digits) and _is_plainly_valid(digits):
        return f"+{digits}"
    return _parsed(cell, country)


def _with_code(plain: str, country: str) -> str | None:
    """A number as it is dialled within its country, where that is with a 0 before it."""
    code = _zero_before(country) if plain.startswith("0") else None
    return None if code is None else f"{code}{plain[1:]}"


@cache
def _zero_before(country: str) -> int | None:
    """The country's code, if the 0 is all that may come before a number."""
    metadata = PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or not metadata.national_prefix == metadata.national_prefix_for_parsing == "0":
        return None
    return metadata.country_code


def is_no_mobile(number: str) -> bool:
    """Whether a number in E.164 is a landline's, a hotline's or the like, and by no pattern a mobile's.

    False where a country tells them not apart, as in North America: there only the provider knows.
    """
    digits = number.removeprefix("+")
    if not DIGITS.fullmatch(digits):
        return False
    for length in (1, 2, 3):
        code = _code(int(digits[:length]))
        if code is not None:
            rest = digits[length:]
            return next((region.is_no_mobile(rest) for region in code.regions if region.claims(rest)), False)
    return False


@dataclass(frozen=True, slots=True)
class _Pattern:
    lengths: frozenset[int]
    """Of which one must be met; any, if there are none."""
    digits: re.Pattern[str]

    def fits(self, number: str) -> bool:
        return (not self.lengths or len(number) in self.lengths) and self.digits.fullmatch(number) is not None


@dataclass(frozen=True, slots=True)
class _Region:
    """One region's patterns for the number without its country code."""

    leading: re.Pattern[str] | None
    """Numbers that begin so are this region's, among those that share a country code."""
    general: _Pattern
    kinds: tuple[_Pattern, ...]
    mobile: _Pattern | None
    textless: tuple[_Pattern, ...]

    def has(self, number: str) -> bool:
        return self.general.fits(number) and any(kind.fits(number) for kind in self.kinds)

    def claims(self, number: str) -> bool:
        return self.has(number) if self.leading is None else self.leading.match(number) is not None

    def is_no_mobile(self, number: str) -> bool:
        return not (self.mobile and self.mobile.fits(number)) and any(kind.fits(number) for kind in self.textless)


@dataclass(frozen=True, slots=True)
class _Code:
    prefix: re.Pattern[str] | None
    """What a caller within the country dials first: whether it belongs to the number is for the parser to say."""
    regions: tuple[_Region, ...]


def _is_plainly_valid(digits: str) -> bool:
    """Whether the parser would take these digits as they stand; False also where it is better asked."""
    for length in (1, 2, 3):
        code = _code(int(digits[:length]))
        if code is not None:
            number = digits[length:]
            if code.prefix is not None and code.prefix.match(number):
                return False
            for region in code.regions:
                if region.leading is not None and region.leading.match(number):
                    return region.has(number)
                if region.leading is None and region.has(number):
                    return True
            return False
    return False


@cache
def _code(code: int) -> _Code | None:
    names = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    found = [PhoneMetadata.metadata_for_region_or_calling_code(code, name) for name in names]
    regions = [metadata for metadata in found if metadata is not None]
    if not regions:
        return None
    prefix = regions[0].national_prefix_for_parsing
    return _Code(re.compile(prefix) if prefix else None, tuple(map(_region, regions)))


def _region(metadata: PhoneMetadata) -> _Region:
    leading = re.compile(metadata.leading_digits) if metadata.leading_digits else None
    general = _pattern(metadata.general_desc)
    assert general is not None, "every region has one"
    found = {kind: pattern for kind in KINDS if (pattern := _pattern(getattr(metadata, kind))) is not None}
    textless = tuple(found[kind] for kind in WITHOUT_TEXTS if kind in found)
    return _Region(leading, general, tuple(found.values()), found.get("mobile"), textless)


def _pattern(desc: PhoneNumberDesc | None) -> _Pattern | None:
    if desc is None or desc.national_number_pattern is None:
        return None
    return _Pattern(frozenset(desc.possible_length), re.compile(desc.national_number_pattern))


@lru_cache(maxsize=4096)
def _parsed(cell: str, country: str) -> str:
    try:
        number = phonenumbers.parse(cell, country)
    except phonenumbers.NumberParseException:
        raise Invalid("import.bad_phone") from None
    if not phonenumbers.is_valid_number(number):
        raise Invalid("import.bad_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
