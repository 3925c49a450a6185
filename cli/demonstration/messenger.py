"""A campaign by Telegram over people of whom a third never wrote to the bot: the preview beside what arrived."""

import time
from collections.abc import Callable

from sqlalchemy import func, insert, select

from channels.email.press import press
from cli.context import Opened
from cli.demonstration import campaign
from cli.demonstration.campaign import BY, POLL_SECONDS, Tell
from cli.demonstration.figures import Compared
from cli.demonstration.outside import Outside
from core.queries import ledger
from core.queries import settings as business
from core.queries.statistics import Figures
from core.rules.addresses import address_key
from core.services import campaigns, segments, senders, templates
from core.services.campaigns import Preview
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation
from core.vocabulary import Reason
from texts import N_, _

CHANNEL = "telegram"
FIRST = 5_000_000
"""The first of the demonstration's people in the sandbox's Telegram."""
SOURCE = "Hello <b>{{ first_name }}</b>, spring has come: https://shop.example/spring"
PATIENCE_SECONDS = 120


def rehearse(door: Opened, outside: Outside, people: int, tell: Tell) -> list[Compared]:
    never = people // 3
    _meet(door, outside, people, never, tell)
    preview, campaign_id = _launched(door)
    figures = campaign.wait_for_end(door, campaign_id, preview.chosen, tell)
    with door.sessions() as session:
        offences = len(ledger.offences(session))
    return _compared(preview, figures, outside.wrote(FIRST, people), never, offences)


def _meet(door: Opened, outside: Outside, people: int, never: int, tell: Tell) -> None:
    """Everybody has an address in our books; two thirds have written to the bot, and are known to it by that."""
    _until(outside.has_a_bot)
    numbers = range(FIRST, FIRST + people)
    for at, number in enumerate(numbers):
        tell(_("People write to the bot"), at / people)
        outside.join(number, f"Person {number - FIRST}")
        if at < people - never:
            outside.say(number, "Hello")
    _known_by_book(door, numbers[people - never :])
    _until(lambda: _conversations(door) >= people - never)


def _conversations(door: Opened) -> int:
    with door.sessions() as session:
        return session.scalar(select(func.count()).select_from(Conversation)) or 0


def _until(holds: Callable[[], bool]) -> None:
    """What does not come in time shows in the figures."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _known_by_book(door: Opened, numbers: range) -> None:
    """As if they had been taken over from another system: an address, and no word from them."""
    with door.sessions.begin() as session:
        rows = [{"first_name": f"Person {number - FIRST}"} for number in numbers]
        ids = session.scalars(insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows)
        identities = [
            {
                "contact_id": contact_id,
                "channel": CHANNEL,
                "address": str(number),
                "address_key": address_key(door.keys.addresses, CHANNEL, str(number)),
            }
            for number, contact_id in zip(numbers, ids, strict=True)
        ]
        session.execute(insert(Identity), identities)


def _launched(door: Opened) -> tuple[Preview, int]:
    with door.sessions.begin() as session:
        business.put(session, "quiet_hours", {}, by=BY)
        everybody = segments.create_dynamic(session, name=_("Everybody"), expression={"all": []}, by=BY)
        made = templates.create(session, press, name=_("Spring"), kind="short", subject="", source=SOURCE, by=BY)
        sender = senders.create(session, name="The Green Shop", address="sendbote_sandbox_bot", channel=CHANNEL, by=BY)
        drafted = campaigns.create(
            session,
            name=_("Spring has come"),
            channel=CHANNEL,
            template_id=made.id,
            sender_id=sender.id,
            include=[everybody.id],
            exclude=[],
            by=BY,
        )
        campaign_id = drafted.id
    return campaign.launch(door, campaign_id), campaign_id


def _compared(preview: Preview, figures: Figures, wrote: dict[int, int], never: int, offences: int) -> list[Compared]:
    """The preview and the ledger beside the sandbox's chats: `wrote` is how many messages each person got."""
    untold = preview.reasons.get(Reason.NO_CONVERSATION, 0)
    got = [count for count in wrote.values() if count]
    rows = [
        ("chosen", N_("Chosen, and people there are"), preview.chosen, len(wrote)),
        ("reachable", N_("Get the message by the preview, and got it"), preview.reachable, len(got)),
        ("never_wrote", N_("Never wrote by the preview, and got nothing"), untold, len(wrote) - len(got)),
        ("planned", N_("Never wrote, and who did not write"), untold, never),
        ("sent", N_("Sent by the ledger, and messages that arrived"), figures.sent, sum(got)),
        (
            "skipped",
            N_("Skipped by the ledger for want of a conversation"),
            figures.reasons.get(Reason.NO_CONVERSATION, 0),
            never,
        ),
        ("twice", N_("Sent twice"), 0, sum(count > 1 for count in got)),
        ("offences", N_("Contradictions in the ledger"), offences, 0),
    ]
    return [Compared(*row) for row in rows]
