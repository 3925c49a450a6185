"""The public addresses of one delivery, each signed for its purpose."""

from core.rules import tokens


class Links:
    """Makes addresses below the public URL; `key` is the installation's signing key."""

    def __init__(self, public_url: str, key: bytes) -> None:
        self._base, self._key = public_url.rstrip("/"), key

    def open_picture(self, delivery_id: int) -> str:
        return f"{self._base}/o/{tokens.sign(self._key, 'open', delivery_id)}.png"

    def click(self, delivery_id: int, link_id: str) -> str:
        return f"{self._base}/c/{tokens.sign(self._key, 'click', delivery_id, link_id)}/{link_id}"

    def unsubscribe(self, delivery_id: int) -> str:
        return f"{self._base}/u/{tokens.sign(self._key, 'unsubscribe', delivery_id)}"

    def value(self, name: str, delivery_id: int) -> str:
        """The value of a system variable: `open_url`, `unsubscribe_url`, `click_<link id>` …"""
        match name.split("_", 1):
            case ["click", link_id]:
                return self.click(delivery_id, link_id)
            case ["open", _]:
                return self.open_picture(delivery_id)
        return self.unsubscribe(delivery_id)
