"""Rules of countries in the panel's settings, each with the price of a message there."""

from datetime import time

from core.database import Sessions
from core.queries import countries as queries
from core.queries import prices
from core.rules.countries import Country
from core.rules.hours import Hours
from tests.integration.panel.people import Person


def test_the_panel_keeps_a_countrys_rules_and_its_price(administrator: Person, sessions: Sessions) -> None:
    page = administrator.get("/settings/countries/").text
    assert "easter+39" in page
    given = {"beginning": "+44", "opens": "21:00", "closes": "09:00", "zones": "Europe/London", "holidays": "12-25"}
    administrator.post("/settings/countries/", names="yes", amount="0,04", currency="gbp", **given)
    with sessions() as session:
        rules = {one.beginning: one for one in queries.every(session)}
        assert rules["+44"] == Country("+44", Hours(time(21), time(9)), holidays=("12-25",), zones=("Europe/London",))
        assert [(one.prefix, f"{one.amount:.2f}", one.currency) for one in prices.table(session)] == [
            ("+44", "0.04", "GBP")
        ]
    assert "is no holiday" in administrator.post("/settings/countries/", **{**given, "holidays": "Christmas"}).text
    administrator.post("/settings/countries/remove", beginning="+44")
    administrator.post("/settings/countries/", amount="", **{**given, "beginning": "+33", "zones": "Europe/Paris"})
    with sessions() as session:
        assert [one.beginning for one in queries.every(session)] == ["+1", "+33"]
