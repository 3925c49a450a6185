"""How long to wait for a mail server at each step."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. RFC 5321, section 4.5.3.2 asks for five minutes a command, two for DATA, ten after the dot.

    These are a fifth of that: a hanging server must not hold a whole campaign, and what was not answered
    is *unknown*, never sent again blindly, so that waiting less costs certainty and not a second copy.
    """

    connect: float = 15.0
    greeting: float = 60.0
    command: float = 60.0
    dot: float = 120.0
    goodbye: float = 2.0
    idle: float = 30.0
    """How long a connection without work is kept."""
    unreachable: float = 10.0
    """How long a server may refuse connections before the channel says so."""

    def scaled(self, factor: float) -> "Patience":
        return Patience(
            *(
                factor * seconds
                for seconds in (
                    self.connect,
                    self.greeting,
                    self.command,
                    self.dot,
                    self.goodbye,
                    self.idle,
                    self.unreachable,
                )
            )
        )


PATIENCE = Patience()
