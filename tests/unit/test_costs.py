"""What a campaign costs is said as money is written in the reader's language."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from texts import speaking
from texts.costs import money


@pytest.mark.parametrize(("language", "written"), [("en", "1,234.50 EUR"), ("de", "1.234,50 EUR")])
def test_money_is_written_as_the_language_writes_numbers(language: str, written: str) -> None:
    with speaking(language):
        assert money(SimpleNamespace(amount=Decimal("1234.5"), currency="EUR")) == written
