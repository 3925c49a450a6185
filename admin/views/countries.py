"""What countries ask of short messages, and what one costs there: a table of settings."""

from decimal import Decimal

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import reading, writing
from admin.saving import saved
from core.queries import countries as queries
from core.queries import prices as priced
from core.queries.eligibility import TEXTED
from core.rules.countries import Country
from core.rules.hours import Hours
from core.services import countries, prices
from core.vocabulary import Role

pages = Blueprint("country", __name__, url_prefix="/settings/countries")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    """One country's rules and its price; an empty price is none."""
    return saved(_put, _page, url_for("country.index"))


@pages.post("/remove")
@needs(Role.ADMINISTRATOR)
def remove() -> ResponseReturnValue:
    """Its rules hold no more; its price stays."""
    with writing() as session:
        countries.remove(session, request.form.get("beginning", ""), by=by())
    return redirect(url_for("country.index"))


def _put(session: Session) -> None:
    country = _written()
    countries.put(session, country, by=by())
    _price(session, country.beginning)


def _written() -> Country:
    form = request.form
    opens, closes = form.get("opens", ""), form.get("closes", "")
    return Country(
        form.get("beginning", "").strip(),
        Hours.read(opens, closes) if opens or closes else None,
        sundays=bool(form.get("sundays")),
        holidays=tuple(form.get("holidays", "").replace(",", " ").split()),
        zones=tuple(form.get("zones", "").replace(",", " ").split()),
        names=bool(form.get("names")),
    )


def _price(session: Session, beginning: str) -> None:
    amount, currency = (request.form.get(name, "").strip() for name in ("amount", "currency"))
    if amount:
        prices.put(session, channel=TEXTED, prefix=beginning, amount=amount, currency=currency.upper(), by=by())
    elif any(one.prefix == beginning for one in priced.table(session, TEXTED)):
        prices.remove(session, channel=TEXTED, prefix=beginning, by=by())


def _page() -> str:
    session = reading()
    costs: dict[str, tuple[Decimal, str]] = {
        one.prefix: (one.amount.normalize(), one.currency) for one in priced.table(session, TEXTED)
    }
    rules = queries.every(session)
    usual = next((currency for _amount, currency in costs.values()), "")
    typed = request.form if request.method == "POST" else None
    return render_template("panel/countries.html", rules=rules, costs=costs, currency=usual, typed=typed)
