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

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, int]:
        connection = http.client.HTTPConnection(self._place, timeout=PATIENCE_SECONDS)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            answer: dict[str, int] = json.load(connection.getresponse())
            return answer
        finally:
            connection.close()
