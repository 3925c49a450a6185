"""How many letters are under way to one domain."""

from datetime import UTC, datetime

from channels.email.smtp.domains import Domains
from core.messages import Content, Message, Sender

CONTENT = Content(1, "Hi", None, "Hi", Sender("Us", "us@sender.test"), 1, "marketing", "l", "L")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def to(number: int, domain: str) -> Message:
    return Message(number, 1, f"user{number}@{domain}", CONTENT, {}, NOON)


def test_the_next_letter_of_a_domain_goes_when_one_of_it_is_settled() -> None:
    domains = Domains({"small.test": 2})
    taken = [domains.takes(to(number, "Small.test")) for number in range(1, 6)]
    assert taken == [True, True, False, False, False]
    freed = domains.settled(2)
    assert freed is not None
    assert freed.delivery_id == 3
    assert domains.takes(freed)
    assert domains.settled(99) is None
    assert not domains.takes(to(6, "small.test"))
    assert [message.delivery_id for message in domains.empty()] == [4, 5, 6]


def test_a_domain_without_a_limit_never_waits() -> None:
    domains = Domains({"small.test": 1})
    assert all(domains.takes(to(number, "mail.small.test")) for number in range(50))
    assert domains.settled(7) is None
