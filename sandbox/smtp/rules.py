"""One rule of treatment: what is done, at which stage, to whom, and how often."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from time import monotonic

from sandbox.draws import drawn
from sandbox.smtp import words


class Deed(StrEnum):
    REFUSE = "refuse"
    DEFER = "defer"
    DELAY = "delay"
    DROP = "drop"
    LIMIT = "limit"
    BOUNCE = "bounce"


class Stage(StrEnum):
    CONNECT = "connect"
    HELO = "helo"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"
    """The letter has been read; nothing of it is kept."""
    AFTER_DOT = "after-dot"
    """The letter is kept; only the answer is missing."""


DEFAULT_WORDS = {Deed.REFUSE: "no-user", Deed.DEFER: "greylist", Deed.LIMIT: "complaints", Deed.BOUNCE: "no-user"}
RECIPIENTS_REMEMBERED = 200_000


@dataclass(slots=True)
class Rule:
    """One treatment. `share` is drawn from the seed and the recipient, so that it is the same in any order."""

    do: Deed
    stage: Stage = Stage.RCPT
    """A limit is always asked at MAIL; a bounce comes after the letter was taken."""
    reply: str = ""
    """A name of `words`, a code, or a whole reply; empty: what fits the deed."""
    share: float = 1.0
    recipients: str = "*"
    """A pattern over the recipient's address; from `rcpt` on."""
    seconds: float = 0.0
    per_second: float = 0.0
    attempts: int | None = None
    """Only the first so many attempts at each recipient; None: always."""
    times: int | None = None
    """Only so many times in all; None: always."""
    done: int = field(default=0, compare=False)
    _tried: dict[str, int] = field(default_factory=dict, compare=False, repr=False)
    _tokens: float = field(default=0.0, compare=False, repr=False)
    _filled_at: float = field(default=0.0, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise UnknownReply for words that are none."""
        if self.do is Deed.LIMIT:
            self.stage = Stage.MAIL
        if self.do in DEFAULT_WORDS:
            words.reply(self.reply or DEFAULT_WORDS[self.do])

    @property
    def words(self) -> str:
        return words.reply(self.reply or DEFAULT_WORDS[self.do])

    def applies(self, recipient: str, seed: int, turn: int) -> bool:
        """Whether it strikes now; without a recipient (before RCPT) the turn is what is drawn for."""
        if self.times is not None and self.done >= self.times:
            return False
        if self.recipients != "*" and not fnmatchcase(recipient.lower(), self.recipients.lower()):
            return False
        if self.share < 1.0 and drawn(seed, f"{self.do} {recipient.lower() or turn}") >= self.share:
            return False
        if self.attempts is not None and not self._still_tries(recipient, self.attempts):
            return False
        if self.do is Deed.LIMIT and self._has_token():
            return False
        self.done += 1
        return True

    def _still_tries(self, recipient: str, attempts: int) -> bool:
        tried = self._tried.get(recipient, 0)
        if tried == 0 and len(self._tried) >= RECIPIENTS_REMEMBERED:
            self._tried.pop(next(iter(self._tried)))
        self._tried[recipient] = tried + 1
        return tried < attempts

    def _has_token(self) -> bool:
        """Whether one more letter fits: a bucket that holds one second's worth."""
        now, size = monotonic(), max(self.per_second, 1.0)
        passed = now - self._filled_at if self._filled_at else size
        self._tokens = min(size, self._tokens + passed * max(self.per_second, 0.001))
        self._filled_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
