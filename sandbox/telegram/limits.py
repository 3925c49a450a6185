"""What keeps a bot from writing, when it is switched on: Telegram's limits of rate, and people who have blocked it."""

import math
import time

from sandbox.draws import drawn
from sandbox.telegram.errors import too_many

IN_ALL = 30
A_GROUP = 20
SECOND, MINUTE = 1.0, 60.0
CHATS_REMEMBERED = 100_000


class Limits:
    """Counted over the last second. After a 429 the bot must wait as long as it was told."""

    def __init__(self) -> None:
        self.strict = False
        self.refuse_next = 0
        """So many calls get a 429 whatever their rate, to try what the bot does then."""
        self.retry_after = 1
        self.refused = 0
        """Calls that were answered with 429 so far."""
        self.blocked_share = 0.0
        """Of all people, drawn by their number: they blocked the bot while nobody looked, and it was never told."""
        self._chats: dict[tuple[int, int], list[float]] = {}
        self._sent: dict[int, list[float]] = {}

    def has_blocked(self, chat_id: int) -> bool:
        return self.blocked_share > 0 and drawn(1, f"blocks {chat_id}") < self.blocked_share

    def check(self, bot_id: int, chat_id: int) -> None:
        """Raise 429 if one more message to this chat is too many now."""
        if self.refuse_next > 0:
            self.refuse_next -= 1
            self.refused += 1
            raise too_many(self.retry_after)
        if not self.strict:
            return
        now = time.monotonic()
        recent = self._sent[bot_id] = [at for at in self._sent.get(bot_id, []) if now - at < SECOND]
        lately = [at for at in self._chats.pop((bot_id, chat_id), ()) if now - at < MINUTE]
        wait = max(_of_chat(chat_id, lately, now), SECOND - (now - recent[0]) if len(recent) >= IN_ALL else 0.0)
        self._chats[bot_id, chat_id] = lately
        if wait > 0:
            self.refused += 1
            raise too_many(math.ceil(wait))
        recent.append(now)
        lately.append(now)
        if len(self._chats) > CHATS_REMEMBERED:
            del self._chats[next(iter(self._chats))]


def _of_chat(chat_id: int, lately: list[float], now: float) -> float:
    """How long until one more may come: a group takes twenty in a minute, a person one in a second."""
    if chat_id < 0:
        return MINUTE - (now - lately[-A_GROUP]) if len(lately) >= A_GROUP else 0.0
    return SECOND - (now - lately[-1]) if lately else 0.0
