"""The public addresses of deliveries, each signed for its purpose."""

from collections.abc import Callable

from core.rules import tokens


class Links:
    """Addresses below the public URL; `key` is the installation's signing key."""

    def __init__(self, public_url: str, key: bytes) -> None:
        self._base, self._key = public_url.rstrip("/").encode("ascii"), key

    def open_picture(self) -> Callable[[int], bytes]:
        return self._made(b"/o/", tokens.OPEN, after=b".png")

    def click(self, link_id: str) -> Callable[[int], bytes]:
        return self._made(b"/c/", tokens.CLICK, extra=link_id, after=f"/{link_id}".encode())

    def unsubscribe(self) -> Callable[[int], bytes]:
        return self._made(b"/u/", tokens.UNSUBSCRIBE)

    def consent(self, choice: str) -> Callable[[int], bytes]:
        """`yes` or `no`: both lead to a page that asks, and only its button answers."""
        return self._made(b"/k/", tokens.CONSENT, after=f"/{choice}".encode())

    def named(self, name: str) -> Callable[[int], bytes]:
        """What makes the value of a system variable (`open_url`, `unsubscribe_url`, `click_<link id>` …) from an id."""
        match name.split("_", 1):
            case ["click", link_id]:
                return self.click(link_id)
            case ["open", _]:
                return self.open_picture()
            case ["preferences", _]:
                return self._made(b"/p/", tokens.PREFERENCES)
            case ["accept", _]:
                return self.consent("yes")
            case ["decline", _]:
                return self.consent("no")
        return self.unsubscribe()

    def _made(self, path: bytes, purpose: str, *, extra: str = "", after: bytes = b"") -> Callable[[int], bytes]:
        before, sign = self._base + path, tokens.signer(self._key, purpose, extra)
        return lambda delivery_id: before + sign(delivery_id) + after
