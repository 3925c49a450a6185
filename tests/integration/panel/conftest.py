"""A panel on an empty database, its first administrator, and a draft that could be launched."""

import pytest
from flask import Flask

import config
from admin.app import create_app, first_login
from core.database import Sessions
from core.services import campaigns, segments, senders
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.templates import Template
from tests.integration.panel.people import KEYS, Person


@pytest.fixture
def app(settings: config.Settings, sessions: Sessions) -> Flask:
    return create_app(settings, KEYS, sessions)


@pytest.fixture
def administrator(app: Flask) -> Person:
    login = first_login(app)
    assert login
    person = Person(app)
    assert person.log_in(*login).status_code == 302
    return person


@pytest.fixture
def draft(sessions: Sessions) -> int:
    """A draft that could be launched, to one contact."""
    with sessions.begin() as session:
        contact = Contact(first_name="Ada", last_name="<b>Lovelace</b>", external_id="C-1", attributes={})
        content = ContentRow(kind="text", language="en", source="Hi", subject="Hi", plain="Hi", hash=b"1")
        session.add_all([contact, content])
        session.flush()
        session.add(Identity(contact_id=contact.id, channel="email", address="ada@example.org", address_key=b"k" * 16))
        template = Template(name="Hello", kind="text", subject="Hi", source="Hi", content_id=content.id, created_by="x")
        session.add(template)
        session.flush()
        sender = senders.create(session, name="Us", address="us@sendbote.example", by="system")
        everybody = segments.create_dynamic(session, name="Everybody", expression={"all": []}, by="system")
        campaign = campaigns.create(
            session,
            name="Autumn",
            template_id=template.id,
            sender_id=sender.id,
            include=[everybody.id],
            exclude=[],
            by="system",
        )
        return campaign.id
