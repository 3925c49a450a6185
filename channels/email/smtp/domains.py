"""How many letters may be under way at once to the recipients of one domain; those that may not go wait aside."""

from collections import Counter, deque
from collections.abc import Mapping

from core.messages import DeliveryId, Message


class Domains:
    """Limits by domain in lower case; a subdomain is a domain of its own, and one that is not named has no limit."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._under_way: Counter[str] = Counter()
        self._of: dict[DeliveryId, str] = {}
        self._aside: dict[str, deque[Message]] = {domain: deque() for domain in limits}

    def takes(self, message: Message) -> bool:
        """Whether the letter may go now; if not it is kept here until `settled` hands it out."""
        domain = message.address.rpartition("@")[2].lower()
        if domain not in self._limits or message.delivery_id in self._of:
            return True
        if self._under_way[domain] >= self._limits[domain]:
            self._aside[domain].append(message)
            return False
        self._under_way[domain] += 1
        self._of[message.delivery_id] = domain
        return True

    def settled(self, delivery: DeliveryId) -> Message | None:
        """One letter less is under way; the next of its domain, whose place it leaves."""
        domain = self._of.pop(delivery, None)
        if domain is None:
            return None
        self._under_way[domain] -= 1
        return self._aside[domain].popleft() if self._aside[domain] else None

    def empty(self) -> list[Message]:
        """All that wait aside, who will not go now."""
        aside = [message for waiting in self._aside.values() for message in waiting]
        for waiting in self._aside.values():
            waiting.clear()
        return aside
