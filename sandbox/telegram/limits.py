"""What keeps a bot from writing, when it is switched on: Telegram's limits of rate, and people who have blocked it."""

import math
import time

from sandbox.draws import drawn
from sandbox.telegram.errors import too_many

IN_ALL = 30
SECOND = 1.0
CHATS_REMEMBERED = 100_000


class Limits:
    """Counted over the last second. After a 429 the bot must wait as long as it was told."""

    def __init__(self) -> None:
        self.strict = False
        self.refuse_next = 0
        """So many calls get a 429 whatever their rate, to try what the bot does then."""
        self.retry_after = 1
        self.blocked_share = 0.0
        """Of all people, drawn by their number: they blocked the bot while nobody looked, and it was never told."""
        self._chats: dict[tuple[int, int], float] = {}
        self._sent: dict[int, list[float]] = {}

    def has_blocked(self, chat_id: int) -> bool:
        return self.blocked_share > 0 and drawn(1, f"blocks {chat_id}") < self.blocked_share

    def check(self, bot_id: int, chat_id: int) -> None:
        """Raise 429 if one more message to this chat is too many now."""
        if self.refuse_next > 0:
            self.refuse_next -= 1
            raise too_many(self.retry_after)
        if not self.strict:
            return
        now = time.monotonic()
        recent = self._sent[bot_id] = [at for at in self._sent.get(bot_id, []) if now - at < SECOND]
        last = self._chats.pop((bot_id, chat_id), 0.0)
        wait = max(SECOND - (now - last) if last else 0.0, SECOND - (now - recent[0]) if len(recent) >= IN_ALL else 0.0)
        if wait > 0:
            self._chats[bot_id, chat_id] = last
            raise too_many(math.ceil(wait))
        recent.append(now)
        self._chats[bot_id, chat_id] = now
        if len(self._chats) > CHATS_REMEMBERED:
            del self._chats[next(iter(self._chats))]
