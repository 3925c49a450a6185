"""Numbers as people type them into forms."""

import math


def number(given: object, default: float) -> float:
    """Written with a point or a comma; raises ValueError for what is none."""
    if given is None or given == "":
        return default
    typed = float(str(given).replace(",", "."))
    if not math.isfinite(typed) or typed > 1e9:
        raise ValueError(typed)
    return max(0.0, typed)
