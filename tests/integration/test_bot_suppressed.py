"""Lists in the chat: an address is found, and released with a reason by whoever may."""

from pathlib import Path

from sqlalchemy import select

from core.database import Sessions
from core.rules.addresses import address_key
from core.tables.audit import AuditEntry
from core.tables.suppression import Suppression
from core.vocabulary import Role
from tests.integration.bot_factory import KEY, OLIVIA, OTTO, Person, a_world, make_operator


async def test_an_address_is_found_and_released_with_a_reason(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    make_operator(sessions, OTTO, Role.VIEWER, "Otto")
    key = address_key(KEY, "email", "ada@example.org")
    with sessions.begin() as session:
        for name in ("general", "marketing", "unsubscribed"):
            row = Suppression(list=name, channel="email", source="bounce", address_key=key)
            session.add(row)
            session.flush()
            last = row.id
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await otto.say("/suppressed Ada@Example.org")
        assert "reply_markup" not in await otto.reads("General blacklist", "Marketing blacklist", "Unsubscribed")
        await otto.say(f"/release {last - 2} please")
        await otto.reads("lets you look")
        await olivia.say("/suppressed ada@example.org")
        told = await olivia.reads("General blacklist", "Only the customer can end this")
        assert len(told["reply_markup"]["inline_keyboard"]) == 1
        await olivia.press(f"Release: #{last - 2}")
        await olivia.reads("Reply with the reason", f"/release {last - 2}")
        await olivia.say(f"/release {last} please")
        await olivia.reads("lets you look")
        await olivia.say(f"/release {last - 2}")
        await olivia.reads("Say why it is released")
        await olivia.say(f"/release {last - 2} the address is right")
        await olivia.reads("Released: campaigns")
        await olivia.say("/suppressed nobody@example.org")
        await olivia.reads("On no list")
    with sessions() as session:
        left = session.scalars(select(Suppression.list).where(Suppression.released_at.is_(None))).all()
        assert sorted(left) == ["marketing", "unsubscribed"]
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "release"))
        assert (noted.actor, noted.details["reason"]) == (f"telegram:{OLIVIA}", "the address is right")
