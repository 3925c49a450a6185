"""How fast Telegram and SMS go: several workers that share their pace through Redis, against a strict sandbox.

    python -m bench.messenger [--recipients 900] [--workers 2] [--json]

Beside the Telegram campaign somebody is answered three times a second by the bot's own connection, in this process;
how long each answer takes is measured from the call to Telegram's answer. What was too fast is counted by the sandbox,
which refuses as Telegram and Twilio do: a message more than its pace allows is a 429.
"""

import argparse
import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench import campaign
from bench.installation import served
from bench.table import Line, show, tell
from bot.connection import connect
from channels.buckets import shared
from channels.email.press import press
from core.database import Sessions
from core.queries import campaigns as queries
from core.services import campaigns, segments, senders, templates
from core.tables.deliveries import Delivery
from sandbox.telegram.world import Person, World

TOKEN = "4200000001:SANDBOX-token-for-benchmarks-only-00"  # noqa: S105 - the sandbox takes any
BOT = int(TOKEN.partition(":")[0])
FIRST_READER, FIRST_ASKER = 10_000_000, 20_000_000
ASKERS = 60
EVERY_SECONDS = 1 / 3
NUMBERS, EACH_PER_SECOND, TEXTS = 4, 5.0, 400
PHONES = """
    INSERT INTO identities (contact_id, channel, address, address_key)
    SELECT id, 'sms', '+491511' || lpad(id::text, 6, '0'), decode(md5('s' || id), 'hex')
    FROM contacts ORDER BY id LIMIT :rows
"""
READERS = """
    WITH made AS (
        INSERT INTO contacts (first_name) SELECT 'Name' || n FROM generate_series(1, :rows) AS n RETURNING id
    ), known AS (
        INSERT INTO identities (contact_id, channel, address, address_key)
        SELECT id, 'telegram', (:first + id)::text, decode(md5('t' || id), 'hex') FROM made RETURNING id
    )
    INSERT INTO conversations (identity_id, last_inbound_at) SELECT id, now() FROM known
"""


def drafted(sessions: Sessions, rows: int) -> int:
    """People who have written to the bot, and a draft to all of them."""
    with sessions.begin() as session:
        session.execute(text(READERS), {"rows": rows, "first": FIRST_READER})
    with sessions.begin() as session:
        return draft(session, "telegram", "shop_bot", [], None)


def draft(session: Session, channel: str, address: str, pool: Sequence[str], per_second: float | None) -> int:
    given: dict[str, Any] = {"channel": channel, "name": channel, "by": "bench"}
    letter = templates.create(
        session, press, name=channel, kind="short", subject="", source="Hello {{ first_name }}", by="bench"
    )
    sender = senders.create(session, address=address, pool=pool, per_second=per_second, **given)
    everyone = segments.create_dynamic(session, name=channel, expression={"all": []}, by="bench")
    made = campaigns.create(
        session, template_id=letter.id, sender_id=sender.id, include=[everyone.id], exclude=[], **given
    )
    return made.id


@contextlib.contextmanager
def strict_sandbox(data: Path, rows: int) -> Iterator[str]:
    """Everybody has opened a chat with the bot; its address."""
    world = World(data / "sandbox")
    for number in (*range(FIRST_READER + 1, FIRST_READER + rows + 1), *range(FIRST_ASKER, FIRST_ASKER + ASKERS)):
        world.add_person(Person(number, "Name", "", "", "en", "customer", deactivated=False))
        world.open_chat(BOT, number)
    world.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "sandbox", "--data", str(data), "--port", str(port), "--smtp-port", "0"]
    process = subprocess.Popen(command)  # noqa: S603 - the command is ours
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        requests.post(f"{url}/control/behaviour", json={"telegram": {"strict": True}}, timeout=10).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    for _again in range(200):
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"{url}/control/behaviour", timeout=10)
            return
        time.sleep(0.1)
    raise SystemExit("the sandbox does not answer")


def working(environment: Mapping[str, str], channel: str, workers: int) -> list[subprocess.Popen[bytes]]:
    """Workers side by side, each sending until nothing is left."""
    command = [sys.executable, "-m", "bench.worker", channel]
    given = {**os.environ, **environment, "SENDBOTE_WORKERS": str(workers)}
    return [subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL) for _ in range(workers)]  # noqa: S603


async def answering(url: str, redis_url: str, workers: Sequence[subprocess.Popen[bytes]]) -> list[float]:
    """Answer somebody now and then for as long as the workers work; how long each answer took, in milliseconds."""
    took: list[float] = []
    async with shared(redis_url, shares=len(workers)) as buckets:
        bot = connect(TOKEN, url, buckets)
        while any(one.poll() is None for one in workers):
            began = time.monotonic()
            await bot.send_message(FIRST_ASKER + len(took) % ASKERS, "At six.")
            took.append((time.monotonic() - began) * 1000)
            await asyncio.sleep(EVERY_SECONDS)
        await bot.session.close()
    return took


def rate(sessions: Sessions, campaign_id: int) -> tuple[int, float]:
    """How many were sent, and how many a second between the first and the last."""
    with sessions() as session:
        origin_id = queries.get(session, campaign_id).origin_id
        settled = Delivery.settled_at
        sent = (Delivery.origin_id == origin_id, Delivery.state.in_(("sent", "delivered")))
        found = select(func.count(), func.min(settled), func.max(settled)).where(*sent)
        count, first, last = session.execute(found).one()
        if first is None or last is None:
            raise SystemExit("nothing was sent")
        return count, (count - 1) / (last - first).total_seconds()


def telegram(sessions: Sessions, environment: Mapping[str, str], url: str, rows: int, workers: int) -> list[Line]:
    campaign_id = campaign.launched(sessions, drafted(sessions, rows))
    given = {**environment, "SENDBOTE_TELEGRAM_TOKEN": TOKEN, "SENDBOTE_TELEGRAM_API": url}
    running = working(given, "telegram", workers)
    took = asyncio.run(answering(url, environment["SENDBOTE_REDIS_URL"], running))
    refused = requests.get(f"{url}/control/behaviour", timeout=10).json()["telegram"]["refused"]
    count, a_second = rate(sessions, campaign_id)
    if count != rows:
        raise SystemExit(f"{count} of {rows} were sent")
    of, together = f"{workers} workers, {rows:,} recipients", a_second * (count + len(took)) / count
    return [
        Line("messenger.telegram_per_second", f"Telegram by {of}", round(a_second, 2), "/s"),
        Line("messenger.telegram_all_per_second", "… with the answers", round(together, 2), "/s", "about 30"),
        Line("messenger.telegram_refused", "… refused as too fast (429)", refused, "", "0"),
        Line("messenger.answer_p50_ms", f"… an answer beside it, median of {len(took)}", _ms(took, 0.5), "ms"),
        Line("messenger.answer_max_ms", "… the longest of these", _ms(took, 1.0), "ms", "not behind the campaign"),
    ]


def texts(sessions: Sessions, environment: Mapping[str, str], url: str, rows: int, workers: int) -> list[Line]:
    """By a sender of several numbers, each with its pace; one more than that in a second would be refused."""
    wanted = min(TEXTS, rows)
    strict = {"number_per_second": EACH_PER_SECOND + 1, "balance": None}
    requests.post(f"{url}/control/twilio", json=strict, timeout=10).raise_for_status()
    numbers = [f"+49151000000{number:02}" for number in range(1, NUMBERS + 1)]
    with sessions.begin() as session:
        session.execute(text(PHONES), {"rows": wanted})
        drafted = draft(session, "sms", numbers[0], numbers[1:], EACH_PER_SECOND)
    campaign_id = campaign.launched(sessions, drafted)
    given = {**environment, "SENDBOTE_SANDBOX_PORT": url.rpartition(":")[2], "SENDBOTE_SMS_RATE": "100"}
    for one in working(given, "sms", workers):
        one.wait()
    refused = requests.post(f"{url}/control/twilio", json={}, timeout=10).json()["refused"]
    count, a_second = rate(sessions, campaign_id)
    if count != wanted:
        raise SystemExit(f"{count} of {wanted} were sent")
    aim = f"{NUMBERS * EACH_PER_SECOND:g}, the sum of its numbers"
    return [
        Line("messenger.sms_per_second", f"SMS by {NUMBERS} numbers, {workers} workers", round(a_second, 2), "/s", aim),
        Line("messenger.sms_refused", "… refused as too fast (429)", refused, "", "0"),
    ]


def _ms(took: Sequence[float], share: float) -> float:
    ordered = sorted(took)
    return round(statistics.median(ordered) if share == 0.5 else ordered[-1], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=900)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with (
        served() as (sessions, environment),
        strict_sandbox(Path(environment["SENDBOTE_DATA"]), asked.recipients) as url,
    ):
        lines = telegram(sessions, environment, url, asked.recipients, asked.workers)
        lines += texts(sessions, environment, url, asked.recipients, asked.workers)
    (tell if asked.json else show)(lines)


if __name__ == "__main__":
    main()
