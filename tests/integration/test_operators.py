"""Operators: who is left, whose chat is whose, and codes that two send at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from core.database import Sessions
from core.errors import Refused
from core.queries import operators as queries
from core.services import operators
from core.vocabulary import Role

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
PHONE, TABLET = 1000001, 1000009


def make(sessions: Sessions, name: str, role: Role = Role.LAUNCHER) -> int:
    with sessions.begin() as session:
        return operators.create(session, name, role, "system").id


def code(sessions: Sessions, operator_id: int) -> str:
    with sessions.begin() as session:
        return operators.new_link_code(session, operator_id, "system", NOON)


def test_the_last_administrator_stays_one(sessions: Sessions) -> None:
    first = make(sessions, "Ada", Role.ADMINISTRATOR)
    with sessions.begin() as session:
        with pytest.raises(Refused, match="last_administrator"):
            operators.disable(session, first, "system")
        with pytest.raises(Refused, match="last_administrator"):
            operators.change_role(session, first, Role.EDITOR, "system")
    second = make(sessions, "Grace", Role.ADMINISTRATOR)
    with sessions.begin() as session:
        operators.disable(session, first, "system")
        with pytest.raises(Refused, match="last_administrator"):
            operators.disable(session, second, "system")
        operators.enable(session, first, "system")
        operators.change_role(session, second, Role.VIEWER, "system")


def test_two_administrators_cannot_disable_each_other_at_once(sessions: Sessions) -> None:
    ids = [make(sessions, name, Role.ADMINISTRATOR) for name in ("Ada", "Grace")]

    def disable(operator_id: int) -> bool:
        try:
            with sessions.begin() as session:
                operators.disable(session, operator_id, "system")
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(disable, ids)) == [False, True]


def test_of_two_who_send_a_code_at_once_one_is_linked(sessions: Sessions) -> None:
    made = code(sessions, make(sessions, "Ada"))

    def link(telegram_id: int) -> str:
        try:
            with sessions.begin() as session:
                operators.link(session, made, telegram_id, NOON)
        except Refused as refusal:
            return refusal.code
        return "linked"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(link, (PHONE, TABLET))) == ["linked", "operator.code_used"]


def test_a_new_account_takes_the_place_of_the_old_one(sessions: Sessions) -> None:
    ada = make(sessions, "Ada")
    for telegram_id in (PHONE, TABLET):
        with sessions.begin() as session:
            operators.link(session, code(sessions, ada), telegram_id, NOON, language="de")
    with sessions() as session:
        assert queries.acting(session, PHONE) is None
        found = queries.acting(session, TABLET)
        assert found is not None
        assert found.language == "de"


def test_an_account_belongs_to_one_operator_and_the_code_stays_good(sessions: Sessions) -> None:
    ada, grace = make(sessions, "Ada"), make(sessions, "Grace")
    with sessions.begin() as session:
        operators.link(session, code(sessions, ada), PHONE, NOON)
    made = code(sessions, grace)
    with pytest.raises(Refused, match="account_taken"), sessions.begin() as session:
        operators.link(session, made, PHONE, NOON)
    with sessions.begin() as session:
        operators.unlink(session, ada, "system")
        operators.link(session, made, PHONE, NOON)


def test_the_disabled_may_do_nothing_and_their_codes_are_void(sessions: Sessions) -> None:
    make(sessions, "Root", Role.ADMINISTRATOR)
    ada = make(sessions, "Ada")
    with sessions.begin() as session:
        operators.link(session, code(sessions, ada), PHONE, NOON)
    made = code(sessions, ada)
    with sessions.begin() as session:
        operators.disable(session, ada, "system")
    with sessions() as session:
        assert queries.acting(session, PHONE) is None
    with pytest.raises(Refused, match="code_unknown"), sessions.begin() as session:
        operators.link(session, made, TABLET, NOON)
    with pytest.raises(Refused, match=r"operator\.disabled"), sessions.begin() as session:
        operators.link(session, code(sessions, ada), TABLET, NOON)
