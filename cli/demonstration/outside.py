"""What the sandbox knows, asked over its control API: the other side of every figure."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 3600


class Outside:
    def __init__(self, url: str) -> None:
        self._place = urlsplit(url).netloc

    def received(self) -> dict[str, int]:
        """`messages`, `recipients` (distinct) and `twice` of what arrived."""
        received: dict[str, int] = self._ask("GET", "/control/mail/summary")
        return received

    def let_them_read(self, **habits: float) -> dict[str, int]:
        """Let recipients open, click and unsubscribe; returns what they did, counted by what they were answered."""
        done: dict[str, int] = self._ask("POST", "/control/readers", habits)
        return done

    def let_account_hold(self, balance: str, price: str) -> None:
        """What is left on the account for SMS, and what a part costs."""
        self._ask("POST", "/control/twilio", {"balance": balance, "price": price})

    def account_holds(self) -> str:
        return str(self._ask("POST", "/control/twilio", {})["balance"])

    def texts(self) -> dict[str, int]:
        """`messages` on phones, and `recipients`, the different numbers."""
        found: list[dict[str, str]] = self._ask("GET", "/control/twilio/messages")["messages"]
        return {"messages": len(found), "recipients": len({one["to"] for one in found})}

    def has_a_bot(self) -> bool:
        """Whether the bot is there by now."""
        return bool(self._ask("GET", "/control/telegram/bots")["bots"])

    def join(self, number: int, name: str) -> None:
        """Somebody has Telegram."""
        self._ask("POST", "/control/telegram/users", {"id": number, "first_name": name})

    def say(self, number: int, text: str) -> None:
        """They write to the bot."""
        self._ask("POST", "/control/telegram/say", {"user": number, "text": text})

    def wrote(self, first: int, people: int) -> dict[int, int]:
        """How many messages the bot has written to each of these people."""
        return {number: self._written(number) for number in range(first, first + people)}

    def _written(self, number: int) -> int:
        found: list[Any] = self._ask("GET", f"/control/telegram/chats/{number}")["messages"]
        return sum(message["from"]["is_bot"] for message in found)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection(self._place, timeout=PATIENCE_SECONDS)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            return json.load(connection.getresponse())
        finally:
            connection.close()
