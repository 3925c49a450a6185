"""How many tokens a bucket has, told by the one instant until which what was taken reaches."""


def room(reaches: float, now: float, interval: float, burst: float) -> int:
    """How many tokens may be taken, one growing back each `interval`: the generic cell rate algorithm (ITU-T I.371)."""
    ahead = max(reaches - now, 0.0)
    return max(0, int((burst * interval - ahead) / interval + 1e-9))


def wait(reaches: float, now: float, interval: float, burst: float) -> float:
    """Seconds until there is room for one."""
    return max(0.0, reaches - now - (burst - 1) * interval)


def taken(reaches: float, now: float, interval: float, count: int) -> float:
    """Up to when the bucket reaches once `count` tokens more are gone."""
    return max(reaches, now) + count * interval


def paused(reaches: float, now: float, interval: float, burst: float, seconds: float) -> float:
    """Empty for so many seconds, and then with room for one."""
    return max(reaches, now + seconds + (burst - 1) * interval)
