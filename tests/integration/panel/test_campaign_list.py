"""The list of campaigns is there at once, however many recipients they have; what each came to is asked for by row."""

import re

from flask import Flask
from sqlalchemy import event, select

from core.database import Sessions
from core.tables.deliveries import Delivery
from core.vocabulary import CampaignState, DeliveryState, Reason, Role
from tests.integration.campaign_factory import NOON, make_campaign
from tests.integration.panel.people import somebody


def test_the_list_counts_no_deliveries_and_asks_for_the_figures_of_each_campaign(
    app: Flask, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=3)
        campaign.state, campaign.finished_at = CampaignState.SENT, NOON
        states = (DeliveryState.SENT, DeliveryState.SENT, DeliveryState.FAILED)
        for delivery, state in zip(session.scalars(select(Delivery)), states, strict=True):
            delivery.state, delivery.settled_at = state, NOON
            delivery.reason = Reason.RECIPIENT_SERVER_REFUSED if state == DeliveryState.FAILED else None
    viewer = somebody(app, Role.VIEWER)
    asked: list[str] = []

    def hear(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(sessions.kw["bind"], "before_cursor_execute", hear)
    shown = viewer.get("/campaigns/").text
    event.remove(sessions.kw["bind"], "before_cursor_execute", hear)
    assert asked
    assert not any("FROM deliveries" in statement for statement in asked)
    (address,) = re.findall(r'data-result="([^"]+)"', shown)
    told = viewer.get(address).get_json()
    assert 'max="3" value="3"' in told["progress"]
    assert told["sent"] == "2"
    assert "with errors" in told["errors"]
