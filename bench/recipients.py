"""How long a campaign's preview, its launch and the preparation of its recipients take, and its figures afterwards.

python -m bench.recipients [--rows 1000000] [--rounds 3] [--json] [--data DIRECTORY]
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete

from bench.figures import Figures
from bench.installation import arguments, opened
from bench.people import NOW, fill, vacuum
from bench.segments import FOUR, segment
from channels.known import CHANNELS
from core.database import Sessions
from core.queries import audience, statistics
from core.queries import campaigns as queries
from core.rules.outside import Outside
from core.services import campaigns, recipients
from core.tables.deliveries import Delivery

HERE = Outside(None, real_relay=False)
FIFTH = 1
"""The static segment that everybody in five is in."""
AUDIENCES: dict[str, tuple[Mapping[str, Any], list[int], bool]] = {
    "everybody": ({"all": []}, [], False),
    "who consented": ({"all": []}, [], True),
    "all but a list": ({"all": []}, [FIFTH], False),
    "four conditions": (FOUR, [], False),
}
"""Expression, excluded segments, and whether consent is required."""


def draft(sessions: Sessions, name: str) -> int:
    include, exclude, consent = AUDIENCES[name]
    with sessions.begin() as session:
        made = campaigns.create(
            session,
            name=name,
            template_id=1,
            sender_id=1,
            include=[segment(session, f"to {name}", include)],
            exclude=exclude,
            consent_required=consent,
            by="bench",
        )
        return made.id


def count(sessions: Sessions, campaign_id: int) -> str:
    with sessions() as session:
        campaign = queries.get(session, campaign_id)
        return f"{audience.count(session, audience.frozen(session, campaign.include, campaign.exclude, NOW)):,}"


def preview(sessions: Sessions, campaign_id: int) -> campaigns.Preview:
    with sessions() as session:
        return campaigns.preview(session, campaign_id, NOW, channels=CHANNELS)


def launch(sessions: Sessions, campaign_id: int, confirmation: str) -> None:
    with sessions.begin() as session:
        campaigns.launch(
            session, campaign_id, confirmation=confirmation, outside=HERE, channels=CHANNELS, by="bench", now=NOW
        )


def prepare(sessions: Sessions, campaign_id: int) -> str:
    assert recipients.prepare(
        sessions, campaign_id, channels=CHANNELS, holder="bench", clock=lambda: NOW, stop=lambda: False, press=None
    )
    with sessions() as session:
        found = statistics.figures(session, campaign_id)
        return f"{found.recipients:,} of whom {found.waiting:,} will be sent to"


def figures_of(sessions: Sessions, campaign_id: int) -> str:
    with sessions() as session:
        found = statistics.figures(session, campaign_id)
        return f"{found.recipients:,} recipients, {found.read:,} read"


def clear(sessions: Sessions) -> None:
    """What was prepared goes again, for the next run in a database that is kept."""
    with sessions.begin() as session:
        session.execute(delete(Delivery).where(Delivery.origin_id > 1))
    vacuum(sessions)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--only", choices=AUDIENCES, help="one of the audiences")
    asked = parser.parse_args()
    figures = Figures(f"Campaigns to {asked.rows:,} contacts", asked.rounds)
    with opened(asked.data) as sessions:
        fill(sessions, asked.rows)
        figures.best("figures of a sent campaign", lambda: figures_of(sessions, 1))
        for name in [asked.only] if asked.only else AUDIENCES:
            measure(figures, sessions, name, draft(sessions, name))
        figures.show(as_json=asked.json)
        if asked.data is not None:
            clear(sessions)


def measure(figures: Figures, sessions: Sessions, name: str, campaign_id: int) -> None:
    figures.best(f"count: {name}", lambda: count(sessions, campaign_id))
    figures.best(f"preview: {name}", lambda: shown(preview(sessions, campaign_id)))
    confirmation = preview(sessions, campaign_id).confirmation
    figures.once(f"launch: {name}", lambda: launch(sessions, campaign_id, confirmation))
    figures.once(f"prepare: {name}", lambda: prepare(sessions, campaign_id))


def shown(found: campaigns.Preview) -> str:
    return f"{found.reachable:,} of {found.chosen:,}, {len(found.reasons)} reasons, {found.excluded:,} excluded"


if __name__ == "__main__":
    main()
