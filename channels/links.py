"""The public addresses of deliveries, each signed for its purpose."""

from collections.abc import Callable

from core.rules import tokens


class Links:
    """Addresses below the public URL; `key` is the installation's signing key."""

    def __init__(self, public_url: str, key: bytes) -> None:
        self._base, self._key = public_url.rstrip("/").encode("ascii"), key

    @property
    def base(self) -> str:
        return self._base.decode("ascii")

    def unsubscribe(self) -> Callable[[int], bytes]:
        return self._made(b"/u/", tokens.UNSUBSCRIBE)

    def named(self, name: str, ending: bytes = b"") -> Callable[[int], bytes]:
        """What makes the value of a system variable (`open_url`, `unsubscribe_url`, `click_<link id>` …) from an id.

        `accept_url` and `decline_url` lead to a page that asks, and only its button answers.
        """
        match name.split("_", 1):
            case ["click", link_id]:
                return self._made(b"/c/", tokens.CLICK, extra=link_id, after=f"/{link_id}".encode() + ending)
            case ["open", _]:
                return self._made(b"/o/", tokens.OPEN, after=b".png" + ending)
            case ["preferences", _]:
                return self._made(b"/p/", tokens.PREFERENCES, after=ending)
            case ["accept" | "decline" as choice, _]:
                return self._made(b"/k/", tokens.CONSENT, after=(b"/yes" if choice == "accept" else b"/no") + ending)
            case ["telegram", _]:
                return self._made(b"/t/", tokens.JOIN, after=ending)
        return self._made(b"/u/", tokens.UNSUBSCRIBE, after=ending)

    def _made(self, path: bytes, purpose: str, *, extra: str = "", after: bytes = b"") -> Callable[[int], bytes]:
        return tokens.signer(self._key, purpose, extra, before=self._base + path, after=after)
