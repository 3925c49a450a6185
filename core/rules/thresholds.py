"""From which figures on the daily limit moves: what the field calls usual, and within which a business may choose."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise

from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Shares are parts of one: of the limit, of the attempts, of the accepted letters."""

    up_factor: float = 2.0
    up_used: float = 0.9
    """So much of the limit has to be used."""
    pause_days: int = 3
    """After it was lowered, until it may rise again."""
    speaks_from: int = 200
    """Attempts from which on a share of errors speaks, and accepted letters that complaints are held against."""
    blocks_from: int = 20
    """Errors from which on their share blocks."""
    hold_errors: float = 0.02
    """Beyond this; of all others this itself is enough."""
    halve_errors: float = 0.05
    block_errors: float = 0.10
    hold_complaints: float = 0.001
    halve_complaints: float = 0.003
    start_complaints: float = 0.008
    block_complaints: float = 0.02

    def kept(self) -> dict[str, float]:
        """As JSON holds it."""
        return asdict(self)


USUAL = Thresholds()
RANGES: Mapping[str, tuple[float, float]] = {
    "up_factor": (1.1, 10),
    "up_used": (0.01, 1),
    "pause_days": (0, 60),
    "speaks_from": (20, 100_000),
    "blocks_from": (1, 100_000),
    "hold_errors": (0.001, 1),
    "halve_errors": (0.001, 1),
    "block_errors": (0.001, 1),
    "hold_complaints": (0.0001, 1),
    "halve_complaints": (0.0001, 1),
    "start_complaints": (0.0001, 1),
    "block_complaints": (0.0001, 1),
}
WHOLE = ("pause_days", "speaks_from", "blocks_from")
SHARES = tuple(name for name in RANGES if name == "up_used" or name.endswith(("_errors", "_complaints")))
ASCENDING = (
    ("hold_errors", "halve_errors", "block_errors"),
    ("hold_complaints", "halve_complaints", "start_complaints", "block_complaints"),
)
"""Each of these may not come before the one to its left."""


def made(given: Mapping[str, float]) -> Thresholds:
    """The usual ones but for what is given; raise Invalid (`threshold.unknown`, `.out_of_range`, `.crossed`)."""
    for name, figure in given.items():
        if name not in RANGES:
            raise Invalid("threshold.unknown", where=name, given=name[:40], known=", ".join(RANGES))
        least, most = RANGES[name]
        if not least <= figure <= most or (name in WHOLE and figure != int(figure)):
            within = {"least": _plain(name, least), "most": _plain(name, most)}
            raise Invalid("threshold.out_of_range", where=name, threshold=name, **within)
    figures = {**USUAL.kept(), **given}
    for names in ASCENDING:
        for milder, worse in pairwise(names):
            if figures[milder] > figures[worse]:
                raise Invalid("threshold.crossed", where=worse, milder=milder, worse=worse)
    return Thresholds(**{name: int(figure) if name in WHOLE else figure for name, figure in figures.items()})  # type: ignore[arg-type]


def _plain(name: str, figure: float) -> str:
    return f"{figure * 100:g} %" if name in SHARES else f"{figure:g}"
