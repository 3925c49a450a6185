"""Token buckets: one rate for all processes through Redis, and a share of it in each without."""

import asyncio
import time

from redis import Redis

from channels.buckets import LocalBuckets, admitted, shared
from core.ports import Bucket

SLOW = Bucket("telegram:7", 1, seconds=3600)
HANDFUL = Bucket("relay:1", 5, seconds=3600, burst=5)


async def test_two_processes_draw_from_one_bucket(redis_url: str) -> None:
    async with shared(redis_url, shares=2) as one, shared(redis_url, shares=2) as two:
        assert (await one.take(1, SLOW)).count == 1
        refused = await two.take(1, SLOW)
        assert refused.count == 0
        assert 3500 < refused.wait <= 3600


async def test_many_are_taken_at_once_up_to_the_burst(redis_url: str) -> None:
    async with shared(redis_url, shares=1) as buckets:
        assert (await buckets.take(3, HANDFUL)).count == 3
        assert (await buckets.take(50, HANDFUL)).count == 2
        assert (await buckets.take(50, HANDFUL)).count == 0


async def test_an_empty_bucket_costs_the_others_nothing(redis_url: str) -> None:
    one_chat, other_chat = Bucket("chat:1", 1, 3600), Bucket("chat:2", 1, 3600)
    async with shared(redis_url, shares=1) as buckets:
        assert (await buckets.take(1, HANDFUL, one_chat)).count == 1
        assert (await buckets.take(1, HANDFUL, one_chat)).count == 0
        assert [(await buckets.take(1, HANDFUL, other)).count for other in (other_chat, *_chats(4))] == [1] * 4 + [0]


async def test_a_providers_pause_holds_for_every_process(redis_url: str) -> None:
    async with shared(redis_url, shares=1) as one, shared(redis_url, shares=1) as two:
        await one.pause(HANDFUL, 600)
        refused = await two.take(1, HANDFUL)
        assert refused.count == 0
        assert 590 < refused.wait <= 600


async def test_tokens_grow_back_evenly(redis_url: str) -> None:
    async with shared(redis_url, shares=1) as buckets:
        brisk = Bucket("brisk", 20)
        began = time.monotonic()
        for _ in range(7):
            await admitted(buckets, brisk)
        assert time.monotonic() - began > 0.29


async def test_full_buckets_leave_nothing_behind(redis_url: str) -> None:
    async with shared(redis_url, shares=1) as buckets:
        await buckets.take(1, Bucket("brisk", 100))
    with Redis.from_url(redis_url) as client:
        for _patiently in range(200):
            if client.dbsize() == 0:
                break
            await asyncio.sleep(0.05)
        assert client.dbsize() == 0, "Redis counts what has expired until it comes by"


async def test_keys_name_nobody(redis_url: str) -> None:
    async with shared(redis_url, shares=1) as buckets:
        await buckets.take(1, Bucket("sms:+4915112345678", 1, 3600))
    with Redis.from_url(redis_url) as client:
        assert not [key for key in client.scan_iter() if b"4915112345678" in key]


async def test_without_redis_each_process_keeps_to_its_share() -> None:
    async with shared("redis://127.0.0.1:1/0", shares=2) as buckets:
        assert (await buckets.take(9, Bucket("relay:1", 5, 3600, burst=4))).count == 2
        assert (await buckets.take(1, SLOW)).count == 1
        assert 7100 < (await buckets.take(1, SLOW)).wait <= 7200


async def test_a_pause_outlives_redis() -> None:
    async with shared("redis://127.0.0.1:1/0", shares=1) as buckets:
        await buckets.pause(HANDFUL, 600)
        assert (await buckets.take(1, HANDFUL)).count == 0


async def test_an_emptied_redis_costs_no_error(redis_url: str) -> None:
    async with shared(redis_url, shares=1) as buckets:
        await buckets.take(1, HANDFUL)
        with Redis.from_url(redis_url) as client:
            client.flushdb()
            client.script_flush()
        assert (await buckets.take(5, HANDFUL)).count == 5


async def test_a_local_bucket_gives_as_the_shared_one_does() -> None:
    now = 0.0
    buckets = LocalBuckets(clock=lambda: now)
    each = Bucket("group", 20, seconds=60, burst=4)
    sent: list[float] = []
    while now < 120:
        taken = await buckets.take(1, each)
        if taken.count:
            sent.append(now)
        else:
            now += taken.wait
    assert sent[:5] == [0, 0, 0, 0, 3]
    assert max(sum(start <= at < start + 60 for at in sent) for start in range(60)) <= 23


def _chats(count: int) -> list[Bucket]:
    return [Bucket(f"more:{number}", 1, 3600) for number in range(count)]


async def test_who_may_take_more_goes_before_all_who_wait_and_they_make_up_for_it(redis_url: str) -> None:
    campaign, answer = (Bucket("telegram:7", 1, 3600, burst=ahead) for ahead in (1.25, 2.25))
    async with shared(redis_url, shares=2) as one, shared(redis_url, shares=2) as two:
        assert [(await buckets.take(1, campaign)).count for buckets in (one, two, one)] == [1, 0, 0]
        assert (await two.take(1, answer)).count == 1
        assert (await two.take(1, answer)).count == 0
        assert 6200 < (await one.take(1, campaign)).wait <= 6300
