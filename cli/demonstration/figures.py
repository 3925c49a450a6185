"""The figures side by side: what Sendbote counted, and what its other side did."""

from dataclasses import dataclass

from cli.demonstration import campaign
from cli.demonstration.campaign import Imported
from cli.demonstration.people import Known
from core.queries.statistics import Figures
from texts import N_


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    words: str
    counted: int
    happened: int

    @property
    def agrees(self) -> bool:
        return self.counted == self.happened


def compare(
    *,
    known: Known,
    imported: Imported,
    chosen: int,
    figures: Figures,
    received: dict[str, int],
    done: dict[str, int],
    offences: int,
) -> list[Compared]:
    """Every figure of Sendbote beside the same one of the file, of the sandbox's mail, or of its readers."""
    rows = [
        ("contacts", N_("Contacts imported"), imported.contacts, known.contacts),
        ("refused_rows", N_("Rows of the file refused"), imported.refused, known.refused_rows),
        ("previewed", N_("Recipients in the preview"), chosen, known.chosen),
        ("recipients", N_("Recipients"), figures.recipients, known.chosen),
        ("sent", N_("Sent"), figures.sent, received["messages"]),
        ("reached", N_("People who got a letter"), figures.sent, received["recipients"]),
        ("sent_as_planned", N_("Sent, by the file"), figures.sent, known.sent),
        ("twice", N_("Sent twice"), 0, received["twice"]),
        ("failed", N_("Refused by the recipient's server"), campaign.failed(figures), known.refused_by_server),
        ("skipped", N_("Without an address"), campaign.skipped(figures), known.without_address),
        ("read", N_("Read"), figures.read, done["opened"]),
        ("clicks", N_("Clicks"), figures.clicks, done["clicks"]),
        ("clickers", N_("People who clicked"), figures.clickers, done["clickers"]),
        ("unsubscribed", N_("Unsubscribed"), figures.unsubscribed, done["unsubscribed"]),
        ("readers_failed", N_("Pages that did not answer"), 0, done["failed"]),
        ("offences", N_("Contradictions in the ledger"), offences, 0),
    ]
    return [Compared(*row) for row in rows]
