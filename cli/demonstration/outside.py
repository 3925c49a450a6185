"""What the sandbox knows, asked over its control API: the other side of every figure."""

import http.client
import json
from urllib.parse import urlsplit

PATIENCE_SECONDS = 3600


class Outside:
    def __init__(self, url: str) -> None:
        self._place = urlsplit(url).netloc

    def received(self) -> dict[str, int]:
        """`messages`, `recipients` (distinct) and `twice` of what arrived."""
        return self._ask("GET", "/control/mail/summary")

    def let_them_read(self, **habits: float) -> dict[str, int]:
        """Let recipients open, click and unsubscribe; returns what they did, counted by what they were answered."""
        return self._ask("POST", "/control/readers", habits)

    def let_account_hold(self, balance: str, price: str) -> None:
        """What is left on the account for SMS, and what a part costs."""
        self._ask("POST", "/control/twilio", {"balance": balance, "price": price})

    def account_holds(self) -> str:
        return str(self._ask("POST", "/control/twilio", {})["balance"])

    def texts(self) -> dict[str, int]:
        """`messages` on phones, and `recipients`, the different numbers."""
        found: list[dict[str, str]] = self._ask("GET", "/control/twilio/messages")["messages"]  # type: ignore[assignment]
        return {"messages": len(found), "recipients": len({one["to"] for one in found})}

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, int]:
        connection = http.client.HTTPConnection(self._place, timeout=PATIENCE_SECONDS)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            answer: dict[str, int] = json.load(connection.getresponse())
            return answer
        finally:
            connection.close()
