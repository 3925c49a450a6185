"""A person's consents in the chat: in words, with the whole record as a file, for editors."""

from pathlib import Path

from sqlalchemy import select

from core.database import Sessions
from core.rules.addresses import address_key
from core.services import consent
from core.services.consent import Whose, Wording
from core.tables.contacts import Identity
from core.vocabulary import Role
from tests.integration.bot_factory import KEY, OLIVIA, OTTO, Person, a_world, make_operator, until
from tests.integration.campaign_factory import NOON, make_contacts


async def test_a_record_is_told_and_handed_out(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    make_operator(sessions, OTTO, Role.VIEWER, "Otto")
    with sessions.begin() as session:
        make_contacts(session, 2)
        ada, bea = session.scalars(select(Identity).order_by(Identity.id)).all()
        for one in (ada, bea):
            one.address_key = address_key(KEY, "email", one.address or "")
        whose = Whose(ada.contact_id, ada.id, "email", "marketing")
        consent.record(session, whose, Wording("import", "Yes.", source="Fair"), given=True, at=NOON, now=NOON)
        consent.record(session, whose, Wording("link"), given=False, at=NOON, now=NOON)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await otto.say("/consents person1@example.org")
        await otto.reads("lets you look")
        await olivia.say("/consents")
        await olivia.reads("Send /consents with an address")
        await olivia.say("/consents nobody@example.org")
        await olivia.reads("nobody@example.org")
        await olivia.say("/consents person2@example.org")
        await olivia.reads("None on record.")
        await olivia.say("/consents Person1@example.org")
        came = await until(olivia.messages, lambda found: any("document" in one for one in found))
        (told,) = (one for one in came if "document" in one)
        assert told["document"]["file_name"].endswith("-consents.json")
        assert told["caption"].index("Withdrawn") < told["caption"].index("Given"), "the latest first"
        assert "Fair" not in told["caption"], "what else there is stands in the file"
