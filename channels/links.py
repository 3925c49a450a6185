"""The public addresses of deliveries, each signed for its purpose."""

from collections.abc import Callable

from core.rules import tokens

PAGES = {
    "open_url": (b"/o/", tokens.OPEN, b".png"),
    "unsubscribe_url": (b"/u/", tokens.UNSUBSCRIBE, b""),
    "preferences_url": (b"/p/", tokens.PREFERENCES, b""),
    "view_url": (b"/v/", tokens.VIEW, b""),
    "accept_url": (b"/k/", tokens.CONSENT, b"/yes"),
    "decline_url": (b"/k/", tokens.CONSENT, b"/no"),
    "telegram_url": (b"/t/", tokens.JOIN, b""),
}
"""Where each leads, for which purpose its token is signed, and what stands behind the token."""


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
        if name.startswith("click_"):
            link_id = name.removeprefix("click_")
            return self._made(b"/c/", tokens.CLICK, extra=link_id, after=f"/{link_id}".encode() + ending)
        path, purpose, after = PAGES[name]
        return self._made(path, purpose, after=after + ending)

    def _made(self, path: bytes, purpose: str, *, extra: str = "", after: bytes = b"") -> Callable[[int], bytes]:
        return tokens.signer(self._key, purpose, extra, before=self._base + path, after=after)
