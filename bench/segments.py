"""How long it takes to count segments of every kind, and to say whom one of them reaches on each channel.

python -m bench.segments [--rows 1000000] [--rounds 3] [--json] [--data DIRECTORY]
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bench.figures import Figures
from bench.installation import arguments, opened
from bench.people import NOW, fill
from core.database import Sessions
from core.ports import FirstContact, Traits
from core.queries import segments as queries
from core.rules.segments import parse
from core.services import segments as services
from core.services.reach import reach
from core.tables.segments import Reach

CHANNELS = [Traits("email"), Traits("sms"), Traits("telegram", FirstContact.MUST_WRITE_FIRST)]

GERMANY = {"field": "country", "op": "eq", "value": "DE"}
RICH = {"attribute": "points", "op": "ge", "value": 500}
FOUR: dict[str, Any] = {
    "all": [GERMANY, RICH, {"has_channel": "email"}, {"not": {"suppressed": {"channel": "email"}}}],
}
EXPRESSIONS: dict[str, Mapping[str, Any]] = {
    "everybody": {"all": []},
    "country": GERMANY,
    "name begins with": {"field": "last_name", "op": "starts", "value": "Fisch"},
    "name contains": {"field": "last_name", "op": "contains", "value": "scher"},
    "text attribute": {"attribute": "city", "op": "eq", "value": "Berlin"},
    "number attribute": RICH,
    "date attribute": {"attribute": "birthday", "op": "lt", "value": "1980-01-01"},
    "birthday within 7 days": {"attribute": "birthday", "op": "birthday_in", "value": 7},
    "flag attribute": {"attribute": "vip", "op": "eq", "value": True},
    "added within 90 days": {"field": "created_at", "op": "within_last", "value": 90},
    "has an email address": {"has_channel": "email"},
    "has a number": {"has_channel": "sms"},
    "gave consent": {"consent": {"channel": "email"}},
    "on a list": {"suppressed": {"channel": "email"}},
    "in a static segment": {"member_of": 1},
    "received within 30 days": {"received": {"days": 30}},
    "read the campaign": {"opened": {"campaign": 1}},
    "did not read the campaign": {"all": [{"received": {"campaign": 1}}, {"not": {"opened": {"campaign": 1}}}]},
    "clicked": {"clicked": {}},
    "wrote to the bot": {"has_written": {"channel": "telegram", "days": 30}},
    "four conditions": FOUR,
    "four conditions, and consent": {"all": [FOUR, {"consent": {"channel": "email"}}]},
    "either of four": {"any": [{"member_of": 1}, {"opened": {"campaign": 1}}, {"has_channel": "telegram"}, RICH]},
    "all but those of four": {"not": FOUR},
}


def size(sessions: Sessions, expression: Mapping[str, Any]) -> str:
    with sessions() as session:
        node = parse(expression, queries.attribute_types(session))
        return f"{queries.size(session, node, NOW):,}"


def segment(session: Session, name: str, expression: Mapping[str, Any]) -> int:
    found = queries.named(session, name)
    if found is None:
        found = services.create_dynamic(session, name=name, expression=dict(expression), by="bench")
    return found.id


def compute(sessions: Sessions, segment_id: int) -> str:
    with sessions.begin() as session:
        session.execute(delete(Reach))
    return again(sessions, segment_id)


def again(sessions: Sessions, segment_id: int) -> str:
    told: list[float] = []
    found = reach(sessions, segment_id, CHANNELS, now=NOW, progress=told.append)
    assert found is not None
    return f"{found.table['email']['reachable']:,} by email, told {len(told)} times"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--only", choices=EXPRESSIONS, help="one of the segments")
    asked = parser.parse_args()
    expressions = {asked.only: EXPRESSIONS[asked.only]} if asked.only else EXPRESSIONS
    figures = Figures(f"Segments of {asked.rows:,} contacts", asked.rounds)
    with opened(asked.data) as sessions:
        fill(sessions, asked.rows)
        for name, expression in expressions.items():
            figures.best(f"count: {name}", lambda expression=expression: size(sessions, expression))  # type: ignore[misc]
        for name in {"everybody", "four conditions"} & set(expressions):
            with sessions.begin() as session:
                segment_id = segment(session, name, EXPRESSIONS[name])
            figures.best(f"reach: {name}", lambda which=segment_id: compute(sessions, which))  # type: ignore[misc]
            figures.best(f"reach: {name}, kept", lambda which=segment_id: again(sessions, which))  # type: ignore[misc]
        figures.show(as_json=asked.json)


if __name__ == "__main__":
    main()
