"""How long the panel's pages of people take: the list, deep in it, searching it, one person, a campaign's figures.

python -m bench.pages [--rows 1000000] [--rounds 3] [--json] [--data DIRECTORY]
"""

from sqlalchemy import select

from bench.figures import Figures
from bench.installation import arguments, opened
from bench.people import fill
from core.database import Sessions
from core.queries import recipients, statistics
from core.queries.contact_pages import addresses, matches, person
from core.tables.contacts import Contact

SEARCHES = {
    "the beginning of a name that 100,000 have": "Fisch",
    "the beginning of a name that some have": "Fischerab",
    "the beginning of a name that nobody has": "Zz",
    "the beginning of an email address": "person7777@",
    "the beginning of one that 111,111 have": "person7",
    "an external id": "C777777",
}
PAGE = 50


def page(sessions: Sessions, *, search: str | None = None, before: int | None = None) -> str:
    """As the panel shows it: one row more than a page, by falling id, with the email addresses."""
    statement = select(Contact).where(Contact.erased_at.is_(None))
    if search is not None:
        statement = statement.where(matches(search, []))
    if before is not None:
        statement = statement.where(Contact.id < before)
    with sessions() as session:
        found = session.scalars(statement.order_by(Contact.id.desc()).limit(PAGE + 1)).all()
        addresses(session, [one.id for one in found], "email")
    return f"{min(len(found), PAGE)} rows"


def detail(sessions: Sessions, contact_id: int) -> str:
    with sessions() as session:
        return f"{len(person(session, contact_id).deliveries)} deliveries"


def campaign(sessions: Sessions) -> str:
    with sessions() as session:
        return f"{statistics.figures(session, 1).recipients:,} recipients"


def failed(sessions: Sessions) -> str:
    with sessions() as session:
        return f"{len(recipients.page(session, [1], state='failed', after=500_000))} rows"


def main() -> None:
    asked = arguments(__doc__).parse_args()
    figures = Figures(f"Pages with {asked.rows:,} contacts", asked.rounds)
    with opened(asked.data) as sessions:
        fill(sessions, asked.rows)
        figures.best("contacts: first page", lambda: page(sessions))
        figures.best("contacts: deep in the list", lambda: page(sessions, before=asked.rows // 2))
        for name, search in SEARCHES.items():
            figures.best(f"search: {name}", lambda search=search: page(sessions, search=search))  # type: ignore[misc]
        figures.best("one person", lambda: detail(sessions, asked.rows // 2))
        figures.best("a campaign's figures", lambda: campaign(sessions))
        figures.best("a campaign's failed recipients, deep", lambda: failed(sessions))
        figures.show(as_json=asked.json)


if __name__ == "__main__":
    main()
