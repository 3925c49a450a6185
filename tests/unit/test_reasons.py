"""Every word of the vocabulary that people meet has a sentence."""

from core.vocabulary import CampaignState, DeliveryState, Reason
from texts import reasons


def test_every_reason_says_what_it_means_and_what_to_do() -> None:
    for code in Reason:
        assert reasons.reason(code)
        assert reasons.advice(code)


def test_every_state_has_a_word() -> None:
    for state in (*CampaignState, *DeliveryState):
        assert reasons.state(state)
