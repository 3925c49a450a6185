"""A mailbox read over IMAP (RFC 9051): new messages in order, and what was handled moved out of the way."""

import contextlib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from channels.email.place import Place
from channels.email.returns.parsing import SIZE_LIMIT
from core.errors import Unavailable

HANDLED = "Sendbote"
"""The folder for what was handled; what nobody understood, and what people wrote, stays where people look."""
SECONDS = 30.0


class Mailbox:
    """Open while it is entered. Raises Unavailable: `imap.unreachable`, `imap.login`, `imap.folder`, `imap.broken`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.uid_validity = 0

    def __enter__(self) -> "Mailbox":
        place = self._place
        where = {"host": place.host, "port": place.port}
        try:
            self._client = _connected(place)
        except (OSError, IMAPClientError) as problem:
            raise Unavailable("imap.unreachable", **where, problem=_short(problem)) from None
        try:
            self._client.login(place.user, place.password)
        except LoginError:
            self._hang_up()
            raise Unavailable("imap.login", **where) from None
        except (OSError, IMAPClientError) as problem:
            self._hang_up()
            raise Unavailable("imap.broken", **where, problem=_short(problem)) from None
        with _broken_as("imap.folder", folder=place.folder):
            self.uid_validity = int(self._client.select_folder(place.folder).get(b"UIDVALIDITY", 0))
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def after(self, uid: int) -> list[int]:
        """The messages behind that one, the oldest first."""
        with _broken_as("imap.broken"):
            found = self._client.search(["UID", f"{uid + 1}:*"])
        return sorted(one for one in found if one > uid)

    def read(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Each message's beginning, as far as it matters; it stays unread.

        What is gone meanwhile, or what the server does not hand out, is left out.
        """
        for uid in uids:
            raw = next((value for name, value in self._fetched(uid).items() if name.startswith(b"BODY[]")), None)
            if raw is not None:
                yield uid, raw

    def _fetched(self, uid: int) -> Mapping[bytes, bytes]:
        with _broken_as("imap.broken"):
            try:
                answer: Mapping[bytes, bytes] = self._client.fetch([uid], [f"BODY.PEEK[]<0.{SIZE_LIMIT}>"]).get(uid, {})
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                return {}
        return answer

    def put_away(self, uids: Sequence[int]) -> None:
        """Into the folder for what was handled; where the server does not let us, they are marked as seen and stay."""
        if not uids:
            return
        try:
            self._move(uids)
        except IMAPClientError:
            with contextlib.suppress(IMAPClientError, OSError):
                self._client.add_flags(uids, [SEEN], silent=True)
        except OSError as problem:
            raise Unavailable("imap.broken", problem=_short(problem)) from None

    def _move(self, uids: Sequence[int]) -> None:
        folder = self._handled_folder()
        self._client.add_flags(uids, [SEEN], silent=True)
        if self._client.has_capability("MOVE"):
            self._client.move(uids, folder)
        elif self._client.has_capability("UIDPLUS"):
            self._client.copy(uids, folder)
            self._client.delete_messages(uids, silent=True)
            self._client.expunge(uids)

    def _handled_folder(self) -> str:
        """Below the personal namespace, which some servers put under INBOX (RFC 2342)."""
        before = ""
        if self._client.has_capability("NAMESPACE"):
            personal = self._client.namespace().personal
            before = personal[0][0] if personal else ""
        folder = f"{before}{HANDLED}"
        if not self._client.folder_exists(folder):
            self._client.create_folder(folder)
        return folder

    def _hang_up(self) -> None:
        with contextlib.suppress(IMAPClientError, OSError):
            self._client.logout()


def _connected(place: Place) -> IMAPClient:
    """A password goes in the clear to this machine alone."""
    context = ssl.create_default_context(cafile=place.ca)
    client = IMAPClient(place.host, place.port, ssl=place.is_tls, ssl_context=context, timeout=SECONDS)
    if not place.is_tls and client.has_capability("STARTTLS"):
        client.starttls(context)
    elif not place.is_tls and place.host not in ("127.0.0.1", "::1", "localhost"):
        client.shutdown()
        raise IMAPClientError("the server offers no encryption")
    return client


@contextlib.contextmanager
def _broken_as(code: str, **params: object) -> Iterator[None]:
    try:
        yield
    except (OSError, IMAPClientError) as problem:
        raise Unavailable(code, **params, problem=_short(problem)) from None


def _short(problem: Exception) -> str:
    return str(problem)[:200] or type(problem).__name__
