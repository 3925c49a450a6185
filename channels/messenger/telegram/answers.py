"""What Telegram's answers mean: its error texts as outcomes (https://core.telegram.org/bots/api#making-requests)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ChannelHalted
from core.messages import Accepted, Outcome, Refused, Unknown
from core.vocabulary import BounceClass, Reason

FORBIDDEN = (
    ("bot was blocked by the user", Reason.BOT_BLOCKED, BounceClass.UNKNOWN),
    ("user is deactivated", Reason.INVALID_ADDRESS, BounceClass.ADDRESS),
    ("bot can't initiate conversation", Reason.NO_CONVERSATION, BounceClass.UNKNOWN),
    ("bot was kicked", Reason.BOT_BLOCKED, BounceClass.UNKNOWN),
)
"""Texts after `Forbidden:`, with the reason and whether the address is dead for good."""
UNKNOWN_CHAT = ("chat not found", "group chat was deactivated", "PEER_ID_INVALID", "user not found")
"""To a bot of another token every chat is one of these: never a proof that the person is gone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status, and the object that came with it."""

    status: int
    body: Mapping[str, Any]

    @property
    def words(self) -> str:
        return str(self.body.get("description") or f"HTTP {self.status}")

    @property
    def retry_after(self) -> float | None:
        """Seconds for which the whole bot has to be silent."""
        if self.status != 429:
            return None
        return max(1.0, float(self._parameters.get("retry_after", 1)))

    @property
    def moved_to(self) -> str | None:
        """The supergroup that a group has become."""
        moved = self._parameters.get("migrate_to_chat_id")
        return None if moved is None else str(moved)

    @property
    def _parameters(self) -> Mapping[str, Any]:
        found = self.body.get("parameters")
        return found if isinstance(found, Mapping) else {}


def outcome(answer: Answer) -> Outcome:
    """For every answer but "too many" and "moved"; raise ChannelHalted where the bot itself is refused."""
    if answer.body.get("ok") is True:
        result = answer.body.get("result")
        return Accepted(str(result.get("message_id", "")) if isinstance(result, Mapping) else "")
    said = answer.words
    if answer.status in (401, 404):
        raise ChannelHalted("telegram.unauthorized", said=said)
    if answer.status >= 500:
        return Unknown(said)
    for words, reason, bounce in FORBIDDEN:
        if words in said:
            return Refused(reason, said, bounce)
    if any(words in said for words in UNKNOWN_CHAT):
        return Refused(Reason.NO_CONVERSATION, said)
    if answer.status == 403:
        return Refused(Reason.BOT_BLOCKED, said)
    return Refused(Reason.RELAY_REFUSED, said, BounceClass.CONTENT)
