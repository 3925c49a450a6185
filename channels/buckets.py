"""Token buckets in Redis, shared by all processes; a share of each in this process while Redis is away."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.ports import Bucket, Buckets, Taken
from core.rules import buckets as rules

AWAY_SECONDS = 2.0
"""How long Redis is left alone after it failed: a call must not wait for its time-out each time."""
PATIENCE_SECONDS = 1.0

log = structlog.get_logger()

# As core.rules.buckets, on Redis's own clock, which all hosts share. A key goes when its bucket is full again.
TAKE = """
local t = redis.call('TIME')
local now, count, wait = t[1] + t[2] / 1e6, tonumber(ARGV[1]), 0
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local ahead = math.max(tonumber(redis.call('GET', key) or now) - now, 0)
  count = math.min(count, math.floor((burst * interval - ahead) / interval + 1e-9))
  wait = math.max(wait, ahead - (burst - 1) * interval)
end
if count < 1 then return {0, tostring(wait)} end
for i, key in ipairs(KEYS) do
  local reaches = math.max(tonumber(redis.call('GET', key) or now), now) + count * tonumber(ARGV[2 * i])
  redis.call('SET', key, string.format('%.6f', reaches), 'PX', math.ceil((reaches - now) * 1000) + 1)
end
return {count, '0'}
"""
PAUSE = """
local t = redis.call('TIME')
local now, upto = t[1] + t[2] / 1e6, tonumber(ARGV[1])
local reaches = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now + upto)
redis.call('SET', KEYS[1], string.format('%.6f', reaches), 'PX', math.ceil((reaches - now) * 1000) + 1)
"""


class LocalBuckets:
    """A core.ports.Buckets of this process alone, which keeps to one of `shares` parts of every rate."""

    def __init__(self, shares: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._shares, self._clock = shares, clock
        self._reaches: dict[str, float] = {}

    async def take(self, wanted: int, *buckets: Bucket) -> Taken:
        now = self._clock()
        asked = [(bucket.key, self._reaches.get(bucket.key, now), *self._shape(bucket)) for bucket in buckets]
        count = min([wanted, *(rules.room(reaches, now, each, burst) for _, reaches, each, burst in asked)])
        if count < 1:
            return Taken(0, max(rules.wait(reaches, now, each, burst) for _, reaches, each, burst in asked))
        self._forget(now)
        self._reaches |= {key: rules.taken(reaches, now, each, count) for key, reaches, each, _ in asked}
        return Taken(count)

    async def pause(self, bucket: Bucket, seconds: float) -> None:
        now = self._clock()
        self._reaches[bucket.key] = rules.paused(self._reaches.get(bucket.key, now), now, *self._shape(bucket), seconds)

    def _shape(self, bucket: Bucket) -> tuple[float, float]:
        return _interval(bucket) * self._shares, max(1.0, bucket.burst / self._shares)

    def _forget(self, now: float) -> None:
        """Buckets that are full again, once there are many: a campaign has one for each chat."""
        if len(self._reaches) > 10_000:
            self._reaches = {key: reaches for key, reaches in self._reaches.items() if reaches > now}


class SharedBuckets:
    """A core.ports.Buckets for one event loop. Keys reach Redis hashed, since some name a chat or a number."""

    def __init__(self, redis: "Redis", shares: int) -> None:
        """`shares`: how many processes may send at once, and so what part of a rate is this one's without Redis."""
        self._take, self._pause = redis.register_script(TAKE), redis.register_script(PAUSE)
        self._alone = LocalBuckets(shares)
        self._away_until = 0.0

    async def take(self, wanted: int, *buckets: Bucket) -> Taken:
        shapes: list[float] = [part for bucket in buckets for part in (_interval(bucket), bucket.burst)]
        answer = await self._ask(self._take, buckets, [wanted, *shapes])
        if answer is None:
            return await self._alone.take(wanted, *buckets)
        return Taken(int(answer[0]), float(answer[1]))

    async def pause(self, bucket: Bucket, seconds: float) -> None:
        """Here too, for what is left of it should Redis go meanwhile."""
        await self._alone.pause(bucket, seconds)
        await self._ask(self._pause, [bucket], [seconds + (bucket.burst - 1) * _interval(bucket)])

    async def _ask(
        self, script: Callable[..., object], buckets: Sequence[Bucket], arguments: list[float]
    ) -> list[bytes] | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            return await script(keys=[_key(bucket) for bucket in buckets], args=arguments) or []  # type: ignore[misc]
        except (RedisError, OSError):
            log.warning("redis_away", meanwhile="this process keeps to its share of every rate")
            self._away_until = time.monotonic() + AWAY_SECONDS
            return None


@asynccontextmanager
async def shared(redis_url: str, *, shares: int) -> AsyncIterator[SharedBuckets]:
    """The buckets of that Redis, for the event loop at hand."""
    redis = Redis.from_url(
        redis_url,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    try:
        yield SharedBuckets(redis, shares)
    finally:
        await redis.aclose()


async def admitted(buckets: Buckets, *needed: Bucket) -> None:
    """Return once a token of each is taken: for a single call that may wait its turn."""
    while not (taken := await buckets.take(1, *needed)).count:
        await asyncio.sleep(taken.wait)


def _interval(bucket: Bucket) -> float:
    return bucket.seconds / bucket.amount


def _key(bucket: Bucket) -> str:
    """The braces keep all of them on one node of a cluster, as a script needs."""
    return f"{{buckets}}:{blake2b(bucket.key.encode(), digest_size=12).hexdigest()}"
