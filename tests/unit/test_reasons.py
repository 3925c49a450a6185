"""Every word of the vocabulary that people meet has a sentence, in every language."""

import pytest

from core.vocabulary import CampaignState, DeliveryState, Reason
from texts import LANGUAGES, reasons, speaking


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_says_what_it_means_and_what_to_do(language: str) -> None:
    with speaking(language):
        said = {code: (reasons.reason(code), reasons.advice(code)) for code in Reason}
    assert all(words and advice for words, advice in said.values())
    assert len({words for words, _ in said.values()}) == len(Reason)
    if language != "en":
        with speaking("en"):
            english = {code: (reasons.reason(code), reasons.advice(code)) for code in Reason}
        assert not [code for code in Reason if said[code][0] == english[code][0] or said[code][1] == english[code][1]]


def test_every_state_has_a_word() -> None:
    for state in (*CampaignState, *DeliveryState):
        assert reasons.state(state)
