"""What can go wrong, as one tree; a code and its parameters travel, and each door puts them into words.

Problem                     something that a person has to hear about
├── NotFound                there is no such thing
├── Invalid                 what was handed in cannot be used: says which place
├── Refused                 understood, but not allowed as things stand
│   ├── IllegalTransition   the state does not permit that action
│   └── Forged              it does not come from whom it claims to come
├── Unavailable             a server that we need is away: says which one, and may be tried again
└── ChannelFault            a channel cannot send at the moment; the recipients are not at fault
    ├── RetryLater          too fast, or a passing fault: wait and go on
    └── ChannelHalted       nobody can be sent to until a person acts: login refused, account closed
"""


class Problem(Exception):  # noqa: N818 - the word of the domain; "error" would blame the program
    """A problem with a code such as `campaign.not_found` and the parameters of its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class NotFound(Problem):
    """`code` is `<noun>.not_found`; the parameter is what was looked for."""


class Invalid(Problem):
    """Input that cannot be used. `where` names the place: a field, a row, a line."""


class Refused(Problem):
    """A request that is understood, but not allowed as things stand."""


class IllegalTransition(Refused):
    """`action` is not possible from `state`."""


class Forged(Refused):
    """A request without a good signature of `provider`; `why` says what was missing, for the log."""


class Unavailable(Problem):
    """A server that we need does not answer; `what` names it."""


class ChannelFault(Problem):
    """The channel itself cannot send; no recipient is at fault."""


class RetryLater(ChannelFault):
    """Wait `after` seconds; `scope` names whom it concerns (`channel`, `domain:example.org`, `sender:…`)."""

    def __init__(self, code: str, *, after: float, scope: str, **params: object) -> None:
        super().__init__(code, after=after, scope=scope, **params)
        self.after = after
        self.scope = scope


class ChannelHalted(ChannelFault):
    """Sending on this channel stops until a person acts."""
